package main

import "strings"

// faults maps the texts of cel-go and Kubernetes to the faults that claims know; the first hit counts.
// Only the verdict is compared: the kind helps people to read.
var faults = []struct{ text, kind string }{
	{"cost limit exceeded", "budget"},
	{"operation interrupted", "budget"},
	{"no such overload", "no_such_overload"},
	{"found no matching overload", "no_such_overload"},
	{"unsupported overload", "no_such_overload"},
	{"no such key", "no_such_key"},
	{"no such field", "no_such_key"},
	{"no such attribute", "undeclared"},
	{"undeclared reference", "undeclared"},
	{"undefined field", "no_such_key"},
	{"index out of bounds", "index_out_of_bounds"},
	{"out of range", "index_out_of_bounds"},
	{"overflow", "overflow"},
	{"division by zero", "division_by_zero"},
	{"divide by zero", "division_by_zero"},
	{"modulus by zero", "division_by_zero"},
	{"optional.none() dereference", "no_value"},
	{"already exists", "duplicate_key"},
	{"expected type", "type_mismatch"},
}

func faultKind(text string) string {
	for _, fault := range faults {
		if strings.Contains(text, fault.text) {
			return fault.kind
		}
	}
	return "invalid_argument"
}

// refusalKind names why the type checker refuses an expression.
func refusalKind(text string) string {
	switch {
	case strings.Contains(text, "undeclared reference"):
		return "undeclared"
	case strings.Contains(text, "undefined field"):
		return "no_such_field"
	case strings.Contains(text, "found no matching overload"):
		return "no_such_overload"
	case strings.Contains(text, "expected type"), strings.Contains(text, "incompatible types"):
		return "mixed_literal"
	}
	return "invalid_literal"
}
