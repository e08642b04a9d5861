// Kstatus answers what GitOps tools say of objects: one case a line on standard input, one verdict a line on standard
// output. The tools' own libraries judge; the health checks under test are those of docs/gitops.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

// line is a case: an object, and by what name its verdict is known.
type line struct {
	Case   string         `json:"case"`
	Object map[string]any `json:"object"`
}

// verdict is what the tools say.
type verdict struct {
	Case    string `json:"case"`
	Kstatus told   `json:"kstatus"`
	Argo    told   `json:"argocd"`
	Flux    string `json:"flux"`
}

type told struct {
	Status  string `json:"status"`
	Message string `json:"message"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "kstatus:", err)
		os.Exit(1)
	}
}

func run() error {
	if len(os.Args) != 2 {
		return fmt.Errorf("usage: kstatus DOCS/GITOPS < cases.jsonl")
	}
	argo, err := newArgo(os.Args[1])
	if err != nil {
		return err
	}
	flux, err := newFlux(os.Args[1])
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		// Numbers as Kubernetes reads them: int64 where they are whole.
		object := &unstructured.Unstructured{}
		var wrapped struct {
			Object json.RawMessage `json:"object"`
		}
		var read line
		if err := json.Unmarshal(in.Bytes(), &read); err != nil {
			return err
		}
		if err := json.Unmarshal(in.Bytes(), &wrapped); err != nil {
			return err
		}
		if err := object.UnmarshalJSON(wrapped.Object); err != nil {
			return fmt.Errorf("%s: %w", read.Case, err)
		}
		answer, err := judge(read.Case, object, argo, flux)
		if err != nil {
			return fmt.Errorf("%s: %w", read.Case, err)
		}
		if err := out.Encode(answer); err != nil {
			return err
		}
	}
	return in.Err()
}

func judge(name string, object *unstructured.Unstructured, argo *argo, flux *flux) (*verdict, error) {
	result, err := status.Compute(object)
	if err != nil {
		return nil, err
	}
	health, err := argo.health(object.Object)
	if err != nil {
		return nil, err
	}
	return &verdict{
		Case:    name,
		Kstatus: told{Status: string(result.Status), Message: result.Message},
		Argo:    *health,
		Flux:    flux.status(object),
	}, nil
}
