package main

import (
	"sort"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// sorted is the function that wraps the range of each comprehension. No expression can spell it.
const sorted = "@sorted"

// order makes comprehensions over maps visit the keys in order, where cel-go visits them in Go's random order:
// one of the orders that Kubernetes may show, and the one that claims promise.
func order(checked *cel.Ast) {
	tree := checked.NativeRep()
	factory, next := ast.NewExprFactory(), ast.MaxID(tree)
	ast.PostOrderVisit(tree.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.ComprehensionKind {
			return
		}
		c := e.AsComprehension()
		span := factory.NewCall(next, sorted, c.IterRange())
		next++
		e.SetKindCase(factory.NewComprehensionTwoVar(e.ID(), span, c.IterVar(), c.IterVar2(), c.AccuVar(),
			c.AccuInit(), c.LoopCondition(), c.LoopStep(), c.Result()))
	}))
}

// unfold hides what constants are made of, so that nothing is computed before the evaluation.
func unfold(parsed *cel.Ast) {
	tree := parsed.NativeRep()
	factory, next := ast.NewExprFactory(), ast.MaxID(tree)
	ast.PostOrderVisit(tree.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		var constant ast.Expr
		switch {
		case e.Kind() == ast.LiteralKind:
			constant = factory.NewLiteral(next, e.AsLiteral())
		case e.Kind() == ast.ListKind && e.AsList().Size() == 0:
			constant = factory.NewList(next, nil, nil)
		case e.Kind() == ast.MapKind && e.AsMap().Size() == 0:
			constant = factory.NewMap(next, nil)
		default:
			return
		}
		next++
		e.SetKindCase(factory.NewCall(e.ID(), sorted, constant))
	}))
}

// inKeyOrder is the implementation of sorted.
func inKeyOrder(value ref.Val) ref.Val {
	if m, ok := value.(traits.Mapper); ok {
		return orderedMap{m}
	}
	return value
}

// orderedMap hides the folding of the map it wraps, so that its iterator is used.
type orderedMap struct{ traits.Mapper }

func (m orderedMap) Iterator() traits.Iterator {
	return types.NewRefValList(types.DefaultTypeAdapter, keysOf(m.Mapper)).Iterator()
}

// keysOf has a map's keys in order: booleans, numbers by value, strings by bytes.
func keysOf(m traits.Mapper) []ref.Val {
	var keys []ref.Val
	for it := m.Iterator(); it.HasNext() == types.True; {
		keys = append(keys, it.Next())
	}
	sort.Slice(keys, func(i, j int) bool { return before(keys[i], keys[j]) })
	return keys
}

func before(a, b ref.Val) bool {
	if rankOf(a) != rankOf(b) {
		return rankOf(a) < rankOf(b)
	}
	if s, ok := a.(types.String); ok {
		return strings.Compare(string(s), string(b.(types.String))) < 0
	}
	c, ok := a.(traits.Comparer)
	if !ok {
		return false
	}
	switch c.Compare(b) {
	case types.IntNegOne:
		return true
	case types.IntZero: // 1 and 1u stand side by side in a Go map
		return a.Type().TypeName() < b.Type().TypeName()
	}
	return false
}

func rankOf(key ref.Val) int {
	switch key.(type) {
	case types.Bool:
		return 0
	case types.Int, types.Uint, types.Double:
		return 1
	case types.String:
		return 2
	}
	return 3
}
