package main

import (
	"github.com/google/cel-go/checker"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	apiservercel "k8s.io/apiserver/pkg/cel"
	"k8s.io/apiserver/pkg/cel/library"
)

// Verdict is what Kubernetes says before an expression runs, with the variables as they are declared: that it
// refuses it, or its type, what it is estimated to cost, and what it then cost.
type Verdict struct {
	Refused string `json:"refused,omitempty"`
	Type    string `json:"type,omitempty"`
	Min     uint64 `json:"min,omitempty"`
	Max     uint64 `json:"max,omitempty"`
	Cost    uint64 `json:"cost,omitempty"`
}

// verdict checks an expression that parses, estimates it, and runs it.
func (o *oracle) verdict(question *Case, values map[string]any) (*Verdict, error) {
	scope, err := o.declare(question, values)
	if err != nil {
		return nil, err
	}
	checked, refused := check(scope.env, question.Expr)
	if refused != "" {
		return &Verdict{Refused: refused}, nil
	}
	sizes := &sizes{scope.schemas, values}
	estimate, err := scope.env.EstimateCost(checked, &library.CostEstimator{SizeEstimator: sizes})
	if err != nil {
		return nil, err
	}
	kind := checked.OutputType().String()
	order(checked)
	answer, err := evaluate(scope.env, checked, values)
	if err != nil {
		return nil, err
	}
	if answer.Error != nil && answer.Error.Stage == "plan" {
		return &Verdict{Refused: constant}, nil
	}
	return &Verdict{Type: kind, Min: estimate.Min, Max: estimate.Max, Cost: answer.Cost}, nil
}

// sizes tells Kubernetes' estimator how large values are: with a schema as large as it allows, as apiextensions
// has it; without, as large as they are.
type sizes struct {
	schemas map[string]*apiservercel.DeclType
	values  map[string]any
}

func (s *sizes) EstimateCallCost(string, string, *checker.AstNode, []checker.AstNode) *checker.CallEstimate {
	return nil
}

func (s *sizes) EstimateSize(element checker.AstNode) *checker.SizeEstimate {
	path := element.Path()
	if len(path) == 0 {
		return nil
	}
	if schema, ok := s.schemas[path[0]]; ok {
		return sizeOfSchema(schema, path[1:])
	}
	if value, ok := s.values[path[0]].(ref.Val); ok {
		if most, ok := sizeOfValue(value, path[1:]); ok {
			return &checker.SizeEstimate{Min: 0, Max: most}
		}
	}
	return nil
}

func sizeOfSchema(at *apiservercel.DeclType, path []string) *checker.SizeEstimate {
	for _, name := range path {
		switch field, ok := at.Fields[name]; {
		case name == "@items" || name == "@values":
			at = at.ElemType
		case name == "@keys":
			at = at.KeyType
		case ok:
			at = field.Type
		default:
			at = nil
		}
		if at == nil {
			return nil
		}
	}
	return &checker.SizeEstimate{Min: 0, Max: uint64(at.MaxElements)}
}

// sizeOfValue has the size of the largest value at a path.
func sizeOfValue(at ref.Val, path []string) (uint64, bool) {
	if held, ok := at.(*types.Optional); ok {
		if !held.HasValue() {
			return 0, true
		}
		at = held.GetValue()
	}
	if len(path) == 0 {
		if sized, ok := at.(traits.Sizer); ok {
			return uint64(sized.Size().(types.Int)), true
		}
		return 1, true
	}
	most, found := uint64(0), false
	for _, below := range below(at, path[0]) {
		size, ok := sizeOfValue(below, path[1:])
		most, found = max(most, size), ok
		if !found {
			return 0, false
		}
	}
	_, list := at.(traits.Lister)
	_, dictionary := at.(traits.Mapper)
	return most, list || dictionary
}

// below has the values that a step of a path leads to.
func below(at ref.Val, step string) []ref.Val {
	var found []ref.Val
	if list, ok := at.(traits.Lister); ok && step == "@items" {
		for it := list.Iterator(); it.HasNext() == types.True; {
			found = append(found, it.Next())
		}
	}
	dictionary, ok := at.(traits.Mapper)
	if !ok {
		return found
	}
	for _, key := range keysOf(dictionary) {
		switch step {
		case "@keys":
			found = append(found, key)
		case "@values", "@items":
			found = append(found, dictionary.Get(key))
		default:
			if key.Equal(types.String(step)) == types.True {
				found = append(found, dictionary.Get(key))
			}
		}
	}
	return found
}
