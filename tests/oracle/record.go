package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
)

// recorded is a line of a case file.
type recorded struct {
	Case
	Answer *Answer `json:"answer,omitempty"`
}

// recordFiles answers all cases of the files, and lists the overloads that they reach.
func recordFiles(files []string, functions string, check bool) error {
	oracle, err := newOracle()
	if err != nil {
		return err
	}
	reached, seen, total := map[string]int{}, map[string]string{}, 0
	var drift []error
	for _, file := range files {
		count, err := recordFile(oracle, file, check, reached, seen)
		drift, total = append(drift, err), total+count
	}
	if functions != "" {
		text, err := functionList(oracle.env, reached)
		if err != nil {
			return err
		}
		drift = append(drift, replace(functions, text, check))
	}
	fmt.Fprintf(os.Stderr, "oracle: %d cases in %d files\n", total, len(files))
	return errors.Join(drift...)
}

func recordFile(oracle *oracle, file string, check bool, reached map[string]int, seen map[string]string) (int, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	var out bytes.Buffer
	count := 0
	for _, line := range bytes.Split(bytes.TrimSpace(text), []byte("\n")) {
		answered, err := recordLine(oracle, line, reached, seen)
		if err != nil {
			return count, fmt.Errorf("%s:%d: %w", file, count+1, err)
		}
		out.Write(append(answered, '\n'))
		count++
	}
	return count, replace(file, out.Bytes(), check)
}

func recordLine(oracle *oracle, line []byte, reached map[string]int, seen map[string]string) ([]byte, error) {
	var entry recorded
	if err := json.Unmarshal(line, &entry); err != nil {
		return nil, err
	}
	if _, twice := seen[entry.ID]; twice {
		return nil, fmt.Errorf("id %s is used twice", entry.ID)
	}
	seen[entry.ID] = entry.Expr
	answer, overloads, err := oracle.answer(&entry.Case)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", entry.ID, err)
	}
	for _, id := range overloads {
		reached[id]++
	}
	if err := steady(oracle, &entry.Case, answer); err != nil {
		return nil, err
	}
	entry.Answer = answer
	return marshal(entry)
}

// steady refuses a case whose answer depends on the order of a Go map.
func steady(oracle *oracle, question *Case, first *Answer) error {
	want, err := marshal(first)
	if err != nil {
		return err
	}
	for range 3 {
		again, _, err := oracle.answer(question)
		if err != nil {
			return err
		}
		if got, err := marshal(again); err != nil || !bytes.Equal(got, want) {
			return fmt.Errorf("%s: answers differ between runs: %s, %s", question.ID, want, got)
		}
	}
	return nil
}

// replace writes a file, or says that it would change.
func replace(file string, text []byte, check bool) error {
	if !check {
		return os.WriteFile(file, text, 0o644)
	}
	old, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if bytes.Equal(old, text) {
		return nil
	}
	was, is := bytes.Split(old, []byte("\n")), bytes.Split(text, []byte("\n"))
	for i, line := range is {
		if i >= len(was) || !bytes.Equal(was[i], line) {
			return fmt.Errorf("%s:%d has drifted; now: %s", file, i+1, line)
		}
	}
	return fmt.Errorf("%s has drifted: it has %d lines too many", file, len(was)-len(is))
}
