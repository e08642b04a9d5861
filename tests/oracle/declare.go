package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	apiservercel "k8s.io/apiserver/pkg/cel"
	"k8s.io/apiserver/pkg/cel/common"
	"k8s.io/apiserver/pkg/cel/openapi"
	"k8s.io/kube-openapi/pkg/validation/spec"
)

// schemaTypes is what the names of the types made of a variable's schema start with.
const schemaTypes = "schema."

// scope is an environment with variables, and those of them that schemas describe.
type scope struct {
	env     *cel.Env
	schemas map[string]*apiservercel.DeclType
}

// declare has the scope of a case's variables, each of its declared type, or of any.
func (o *oracle) declare(question *Case, values map[string]any) (*scope, error) {
	names := slices.Sorted(maps.Keys(values))
	var key strings.Builder
	for _, name := range names {
		fmt.Fprintf(&key, "%s %s\n", name, question.Types[name])
	}
	if known, ok := o.declared[key.String()]; ok {
		return known, nil
	}
	made := &scope{schemas: map[string]*apiservercel.DeclType{}}
	var options []cel.EnvOption
	for _, name := range names {
		option, err := made.variable(name, question.Types[name])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		options = append(options, option)
	}
	provider := apiservercel.NewDeclTypeProvider(slices.Collect(maps.Values(made.schemas))...)
	provided, err := provider.EnvOptions(o.env.CELTypeProvider())
	if err != nil {
		return nil, err
	}
	made.env, err = o.env.Extend(append(provided, options...)...)
	if err == nil {
		o.declared[key.String()] = made
	}
	return made, err
}

func (s *scope) variable(name string, declared json.RawMessage) (cel.EnvOption, error) {
	if declared == nil {
		return cel.Variable(name, cel.DynType), nil
	}
	var text string
	if json.Unmarshal(declared, &text) == nil {
		ty, rest, err := parseType(text)
		if err == nil && rest != "" {
			err = fmt.Errorf("%q after a type", rest)
		}
		return cel.Variable(name, ty), err
	}
	var schema spec.Schema
	if err := json.Unmarshal(declared, &schema); err != nil {
		return nil, err
	}
	ty := common.SchemaDeclType(&openapi.Schema{Schema: &schema}, false)
	if ty == nil {
		return nil, fmt.Errorf("Kubernetes shows no values of this schema")
	}
	ty = ty.MaybeAssignTypeName(schemaTypes + name)
	s.schemas[name] = ty
	return cel.Variable(name, ty.CelType()), nil
}

// plainTypes are the types without parameters.
var plainTypes = map[string]*cel.Type{
	"bool": cel.BoolType, "int": cel.IntType, "uint": cel.UintType, "double": cel.DoubleType,
	"string": cel.StringType, "bytes": cel.BytesType, "null_type": cel.NullType, "dyn": cel.DynType,
	"type":                     types.NewTypeTypeWithParam(cel.DynType),
	"google.protobuf.Duration": cel.DurationType, "google.protobuf.Timestamp": cel.TimestampType,
}

// parseType reads a type as CEL writes it, `map(string, list(int))`, and returns what follows it.
func parseType(text string) (*cel.Type, string, error) {
	end := strings.IndexAny(text, "(,)")
	if end < 0 {
		end = len(text)
	}
	head, rest := text[:end], text[end:]
	if plain, ok := plainTypes[head]; ok {
		return plain, rest, nil
	}
	var params []*cel.Type
	for mark := "("; strings.HasPrefix(rest, mark); mark = ", " {
		param, after, err := parseType(rest[len(mark):])
		if err != nil {
			return nil, "", err
		}
		params, rest = append(params, param), after
	}
	rest, closed := strings.CutPrefix(rest, ")")
	switch {
	case closed && head == "list" && len(params) == 1:
		return cel.ListType(params[0]), rest, nil
	case closed && head == "map" && len(params) == 2:
		return cel.MapType(params[0], params[1]), rest, nil
	case closed && head == "optional_type" && len(params) == 1:
		return cel.OptionalType(params[0]), rest, nil
	}
	return nil, "", fmt.Errorf("not a type: %q", text)
}
