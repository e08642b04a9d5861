package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/ext"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// flux judges as Flux does (its RFC 9): a generation that was not observed is in progress; then the expressions
// inProgress, failed and current in this order, parsed without types over the object's top-level fields; then in
// progress. An expression that fails leaves the status unknown.
type flux struct{ rules []rule }

type rule struct {
	status  string
	program cel.Program
}

func newFlux(docs string) (*flux, error) {
	text, err := os.ReadFile(filepath.Join(docs, "flux-kustomization.yaml"))
	if err != nil {
		return nil, err
	}
	var kustomization struct {
		Spec struct {
			Checks []struct {
				InProgress string `json:"inProgress"`
				Failed     string `json:"failed"`
				Current    string `json:"current"`
			} `json:"healthCheckExprs"`
		} `json:"spec"`
	}
	if err := yaml.Unmarshal(text, &kustomization); err != nil {
		return nil, err
	}
	if len(kustomization.Spec.Checks) != 1 {
		return nil, fmt.Errorf("flux-kustomization.yaml: expected one check, found %d", len(kustomization.Spec.Checks))
	}
	check := kustomization.Spec.Checks[0]
	environment, err := cel.NewEnv(
		cel.HomogeneousAggregateLiterals(), cel.EagerlyValidateDeclarations(true), cel.DefaultUTCTimeZone(true),
		cel.CrossTypeNumericComparisons(true), cel.OptionalTypes(), ext.Strings(), ext.Sets(), ext.Encoders(),
	)
	if err != nil {
		return nil, err
	}
	made := &flux{}
	for _, each := range []struct{ status, expression string }{
		{"InProgress", check.InProgress}, {"Failed", check.Failed}, {"Current", check.Current},
	} {
		parsed, issues := environment.Parse(each.expression)
		if issues != nil && issues.Err() != nil {
			return nil, issues.Err()
		}
		program, err := environment.Program(parsed)
		if err != nil {
			return nil, err
		}
		made.rules = append(made.rules, rule{each.status, program})
	}
	return made, nil
}

func (f *flux) status(object *unstructured.Unstructured) string {
	observed, found, err := unstructured.NestedInt64(object.Object, "status", "observedGeneration")
	if err == nil && found && observed != object.GetGeneration() {
		return "InProgress"
	}
	for _, rule := range f.rules {
		value, _, err := rule.program.Eval(object.Object)
		if err != nil {
			return "Unknown"
		}
		if value == types.True {
			return rule.status
		}
	}
	return "InProgress"
}
