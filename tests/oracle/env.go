package main

import (
	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/ext"
	"github.com/google/cel-go/interpreter"
	"k8s.io/apimachinery/pkg/util/version"
	"k8s.io/apiserver/pkg/cel/environment"
	"k8s.io/apiserver/pkg/cel/library"
)

// newest is the minor version of Kubernetes whose environment is asked.
const newest = 37

// costLimit is Kubernetes' PerCallLimit.
const costLimit = 1_000_000

// kubernetes is the environment for new expressions of Kubernetes 1.minor.
func kubernetes(minor uint) *cel.Env {
	return environment.MustBaseEnvSet(version.MajorMinor(1, minor)).NewExpressionsEnv()
}

// extended adds what catalogs have beyond Kubernetes.
func extended() (*cel.Env, error) {
	return kubernetes(newest).Extend(
		ext.Bindings(ext.BindingsVersion(0)),
		ext.Math(ext.MathVersion(2)),
		ext.Encoders(ext.EncodersVersion(0)),
		ext.Regex(),
		library.JSONPatch(),
		cel.Function(sorted, cel.Overload(sorted, []*cel.Type{cel.DynType}, cel.DynType, cel.UnaryBinding(inKeyOrder))),
	)
}

// programOptions are those of Kubernetes, with a check for interruption, and nothing charged for the ordering of maps.
func programOptions() []cel.ProgramOption {
	free := func([]ref.Val, ref.Val) *uint64 { return new(uint64) }
	return []cel.ProgramOption{
		cel.InterruptCheckFrequency(100),
		cel.CostLimit(costLimit),
		cel.CostTrackerOptions(interpreter.OverloadCostTracker(sorted, free)),
	}
}
