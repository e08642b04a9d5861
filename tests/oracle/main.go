// Command oracle evaluates CEL as Kubernetes does.
//
// Without arguments it reads one JSON case a line on standard input and writes one JSON answer a line,
// flushed, until the input ends. With -record it rewrites the answers inside the given case files, with
// -check it fails when a recorded answer has drifted. -functions FILE does the same for the list of
// all overloads of the environment, with how many of the recorded cases reach each of them.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	record := flag.Bool("record", false, "rewrite the answers in the case files named as arguments")
	check := flag.Bool("check", false, "like -record, but write nothing and fail on drift")
	functions := flag.String("functions", "", "list of overloads to write (or, with -check, to compare)")
	flag.Parse()
	if err := run(*record, *check, *functions, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "oracle:", err)
		os.Exit(1)
	}
}

func run(record, check bool, functions string, files []string) error {
	if record || check {
		return recordFiles(files, functions, check)
	}
	return serve(os.Stdin, os.Stdout)
}

// Case is one question.
type Case struct {
	ID   string                     `json:"id"`
	Expr string                     `json:"expr"`
	Vars map[string]json.RawMessage `json:"vars,omitempty"`
	// Types declares variables: a type as CEL writes it, or an OpenAPI schema. Others are of any type.
	Types map[string]json.RawMessage `json:"types,omitempty"`
}

// Failure says at which stage there is no value, and why in one word of a small stable set.
type Failure struct {
	Stage string `json:"stage"`
	Kind  string `json:"kind"`
}

// Answer is what Kubernetes says to a case: a value or a failure.
//
// Refused is set when the expression parses but is refused before it runs, by the type checker or for a constant
// that fails; value, failure and cost then come from evaluating it all the same, as the dynamic semantics has it.
type Answer struct {
	Value   json.RawMessage `json:"value,omitempty"`
	Error   *Failure        `json:"error,omitempty"`
	Refused string          `json:"refused,omitempty"`
	Cost    uint64          `json:"cost"`
	// Verdict is absent where the expression does not parse.
	Verdict *Verdict `json:"verdict,omitempty"`
}

// identified is an answer on the wire.
type identified struct {
	ID string `json:"id"`
	Answer
}

func serve(in io.Reader, out io.Writer) error {
	oracle, err := newOracle()
	if err != nil {
		return err
	}
	reader, writer := bufio.NewReaderSize(in, 1<<20), bufio.NewWriter(out)
	for {
		line, err := reader.ReadBytes('\n')
		if len(line) > 0 {
			if err := serveLine(oracle, line, writer); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return writer.Flush()
		}
		if err != nil {
			return err
		}
	}
}

func serveLine(oracle *oracle, line []byte, writer *bufio.Writer) error {
	var question Case
	if err := json.Unmarshal(line, &question); err != nil {
		return fmt.Errorf("case: %w", err)
	}
	answer, _, err := oracle.answer(&question)
	if err != nil {
		return fmt.Errorf("case %s: %w", question.ID, err)
	}
	text, err := marshal(identified{question.ID, *answer})
	if err != nil {
		return err
	}
	if _, err := writer.Write(append(text, '\n')); err != nil {
		return err
	}
	return writer.Flush()
}
