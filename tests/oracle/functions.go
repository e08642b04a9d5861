package main

import (
	"bytes"
	"fmt"
	"sort"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/decls"
)

// oldest is the first minor version of Kubernetes with CEL.
const oldest = 23

// overloadRow is a line of the list of overloads. Params has the receiver first.
type overloadRow struct {
	Function string   `json:"function"`
	Overload string   `json:"overload"`
	Receiver bool     `json:"receiver,omitempty"`
	Params   []string `json:"params"`
	Result   string   `json:"result"`
	Since    string   `json:"since"`
	Cases    int      `json:"cases"`
}

// functionList has all overloads of the environment, sorted, one a line.
func functionList(env *cel.Env, reached map[string]int) ([]byte, error) {
	since := introduced()
	var rows []overloadRow
	for name, function := range env.Functions() {
		if name == sorted {
			continue
		}
		for _, overload := range function.OverloadDecls() {
			rows = append(rows, rowOf(name, overload, since, reached))
		}
	}
	sort.Slice(rows, func(i, j int) bool {
		return rows[i].Function+"\x00"+rows[i].Overload < rows[j].Function+"\x00"+rows[j].Overload
	})
	var out bytes.Buffer
	for _, row := range rows {
		text, err := marshal(row)
		if err != nil {
			return nil, err
		}
		out.Write(append(text, '\n'))
	}
	return out.Bytes(), nil
}

func rowOf(name string, overload *decls.OverloadDecl, since map[string]string, reached map[string]int) overloadRow {
	row := overloadRow{
		Function: name, Overload: overload.ID(), Receiver: overload.IsMemberFunction(), Params: []string{},
		Result: overload.ResultType().String(), Since: since[overload.ID()], Cases: reached[overload.ID()],
	}
	if row.Since == "" {
		row.Since = "extension"
	}
	for _, param := range overload.ArgTypes() {
		row.Params = append(row.Params, param.String())
	}
	return row
}

// introduced has the version of Kubernetes that brought each overload.
func introduced() map[string]string {
	since := map[string]string{}
	for minor := uint(oldest); minor <= newest; minor++ {
		for _, function := range kubernetes(minor).Functions() {
			for _, overload := range function.OverloadDecls() {
				if _, known := since[overload.ID()]; known {
					continue
				}
				since[overload.ID()] = fmt.Sprintf("1.%d", minor)
				if minor == oldest {
					since[overload.ID()] = "base"
				}
			}
		}
	}
	return since
}
