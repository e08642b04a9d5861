package main

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types/ref"
)

// patience bounds a single evaluation; the cost limit ends all that Kubernetes would end long before.
const patience = 20 * time.Second

type oracle struct {
	env *cel.Env
	// scopes has the environments extended by variables, by the names of those.
	scopes map[string]*cel.Env
	// declared has the same where the variables have types, by names and types.
	declared map[string]*scope
}

func newOracle() (*oracle, error) {
	env, err := extended()
	return &oracle{env: env, scopes: map[string]*cel.Env{"": env}, declared: map[string]*scope{}}, err
}

// untyped has the environment in which the given names are variables of any type.
func (o *oracle) untyped(values map[string]any) (*cel.Env, error) {
	names := slices.Sorted(maps.Keys(values))
	key := strings.Join(names, " ")
	if env, ok := o.scopes[key]; ok {
		return env, nil
	}
	declarations := make([]cel.EnvOption, 0, len(names))
	for _, name := range names {
		declarations = append(declarations, cel.Variable(name, cel.DynType))
	}
	env, err := o.env.Extend(declarations...)
	if err == nil {
		o.scopes[key] = env
	}
	return env, err
}

// answer evaluates a case. The overload ids that the checker settled on stand beside the answer.
func (o *oracle) answer(question *Case) (*Answer, []string, error) {
	values, err := bindings(question.Vars)
	if err != nil {
		return nil, nil, err
	}
	env, err := o.untyped(values)
	if err != nil {
		return nil, nil, err
	}
	parsed, issues := env.Parse(question.Expr)
	if issues.Err() != nil {
		return &Answer{Error: &Failure{"parse", "syntax"}}, nil, nil
	}
	checked, refused := check(env, question.Expr)
	if checked == nil {
		checked, _ = env.Parse(question.Expr)
	}
	overloads := settled(checked)
	order(checked)
	answer, err := evaluate(env, checked, values)
	if err != nil {
		return nil, nil, err
	}
	if again := reason(answer); again != "" {
		unfold(parsed)
		order(parsed)
		second, err := evaluate(env, parsed, values)
		if err != nil {
			return nil, nil, err
		}
		if again == constant || second.Error == nil {
			answer, refused = second, cmp.Or(refused, again)
		}
	}
	answer.Refused = refused
	answer.Verdict, err = o.verdict(question, values)
	return answer, overloads, err
}

// Why an expression that the checker accepts is evaluated again, unchecked and without folding.
const (
	// Kubernetes folds constants when it plans, and refuses the whole expression when one of them fails.
	constant = "constant"
	// The checker may settle on one overload for what it knows too little about, and the values do not fit.
	overload = "overload"
)

func reason(answer *Answer) string {
	switch {
	case answer.Error == nil:
		return ""
	case answer.Error.Stage == "plan":
		return constant
	case answer.Error.Kind == "no_such_overload":
		return overload
	}
	return ""
}

// check compiles an expression, or says in one word why Kubernetes does not.
func check(env *cel.Env, expr string) (checked *cel.Ast, refused string) {
	defer func() {
		// cel-go 0.29's validator of aggregate literals panics on some of them.
		if recover() != nil {
			checked, refused = nil, "crashed"
		}
	}()
	checked, issues := env.Compile(expr)
	if issues.Err() != nil {
		return nil, refusalKind(issues.Err().Error())
	}
	return checked, ""
}

// settled has the overloads that an expression surely calls: those of calls with one candidate.
func settled(checked *cel.Ast) []string {
	var ids []string
	if !checked.IsChecked() {
		return nil
	}
	for _, reference := range checked.NativeRep().ReferenceMap() {
		if len(reference.OverloadIDs) == 1 {
			ids = append(ids, reference.OverloadIDs[0])
		}
	}
	return ids
}

func evaluate(env *cel.Env, checked *cel.Ast, values map[string]any) (answer *Answer, err error) {
	defer func() {
		// cel-go panics on bytes as keys of a map literal, among others.
		if recover() != nil {
			answer, err = &Answer{Error: &Failure{"eval", "crashed"}}, nil
		}
	}()
	program, err := env.Program(checked, programOptions()...)
	if err != nil {
		return &Answer{Error: &Failure{"plan", faultKind(err.Error())}}, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	value, details, err := program.ContextEval(ctx, values)
	answer = &Answer{}
	if details != nil && details.ActualCost() != nil {
		answer.Cost = *details.ActualCost()
	}
	if err != nil {
		answer.Error = &Failure{"eval", faultKind(err.Error())}
		return answer, nil
	}
	answer.Value, err = encoded(value)
	return answer, err
}

func bindings(vars map[string]json.RawMessage) (map[string]any, error) {
	values := make(map[string]any, len(vars))
	for name, text := range vars {
		value, err := decode(text)
		if err != nil {
			return nil, err
		}
		values[name] = value
	}
	return values, nil
}

func encoded(value ref.Val) (json.RawMessage, error) {
	plain, err := encode(value)
	if err != nil {
		return nil, err
	}
	return marshal(plain)
}
