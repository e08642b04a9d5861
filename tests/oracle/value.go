package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"time"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	apiservercel "k8s.io/apiserver/pkg/cel"
)

// tagged is a value that JSON has no exact form for: an object of one member, named after the CEL type.
type tagged map[string]any

// encode turns a value into tagged JSON. Booleans, null, strings and lists are themselves.
func encode(value ref.Val) (any, error) {
	switch v := value.(type) {
	case types.Bool:
		return bool(v), nil
	case types.Null:
		return nil, nil
	case types.String:
		return string(v), nil
	case types.Int:
		return tagged{"int": strconv.FormatInt(int64(v), 10)}, nil
	case types.Uint:
		return tagged{"uint": strconv.FormatUint(uint64(v), 10)}, nil
	case types.Double:
		return tagged{"double": strconv.FormatFloat(float64(v), 'g', -1, 64)}, nil
	case types.Bytes:
		return tagged{"bytes": base64.StdEncoding.EncodeToString(v)}, nil
	case types.Duration:
		return tagged{"duration": strconv.FormatInt(int64(v.Duration), 10)}, nil
	case types.Timestamp:
		return tagged{"timestamp": nanoseconds(v.Time)}, nil
	case *types.Optional:
		return encodeOptional(v)
	case traits.Mapper:
		return encodeMap(v)
	case traits.Lister:
		return encodeList(v)
	case ref.Type:
		return tagged{"type": v.TypeName()}, nil
	}
	return encodeLibrary(value)
}

func nanoseconds(t time.Time) string {
	n := new(big.Int).Mul(big.NewInt(t.Unix()), big.NewInt(int64(time.Second)))
	return n.Add(n, big.NewInt(int64(t.Nanosecond()))).String()
}

func encodeOptional(value *types.Optional) (any, error) {
	if !value.HasValue() {
		return tagged{"none": true}, nil
	}
	inner, err := encode(value.GetValue())
	return tagged{"some": inner}, err
}

func encodeList(value traits.Lister) (any, error) {
	items := []any{}
	for it := value.Iterator(); it.HasNext() == types.True; {
		item, err := encode(it.Next())
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

func encodeMap(value traits.Mapper) (any, error) {
	pairs := [][2]any{}
	for _, key := range keysOf(value) {
		name, err := encode(key)
		if err != nil {
			return nil, err
		}
		item, err := encode(value.Get(key))
		if err != nil {
			return nil, err
		}
		pairs = append(pairs, [2]any{name, item})
	}
	return tagged{"map": pairs}, nil
}

// encodeLibrary has the values of Kubernetes' library types by their text.
func encodeLibrary(value ref.Val) (any, error) {
	switch v := value.(type) {
	case *apiservercel.Quantity:
		return tagged{"quantity": v.Quantity.String()}, nil
	case apiservercel.Quantity:
		return tagged{"quantity": v.Quantity.String()}, nil
	case apiservercel.IP:
		return tagged{"ip": v.Addr.String()}, nil
	case apiservercel.CIDR:
		return tagged{"cidr": v.Prefix.String()}, nil
	case apiservercel.URL:
		return tagged{"url": v.URL.String()}, nil
	case apiservercel.Semver:
		return tagged{"semver": v.Version.String()}, nil
	case apiservercel.Format:
		return tagged{"format": v.Name}, nil
	case *apiservercel.Format:
		return tagged{"format": v.Name}, nil
	}
	return nil, fmt.Errorf("no encoding for %T", value)
}

// decode is the inverse of encode for all but library types.
func decode(text json.RawMessage) (ref.Val, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var plain any
	if err := decoder.Decode(&plain); err != nil {
		return nil, err
	}
	return decodePlain(plain)
}

func decodePlain(plain any) (ref.Val, error) {
	switch v := plain.(type) {
	case nil:
		return types.NullValue, nil
	case bool:
		return types.Bool(v), nil
	case string:
		return types.String(v), nil
	case []any:
		items := make([]ref.Val, len(v))
		for i, item := range v {
			value, err := decodePlain(item)
			if err != nil {
				return nil, err
			}
			items[i] = value
		}
		return types.NewRefValList(types.DefaultTypeAdapter, items), nil
	case map[string]any:
		for tag, content := range v {
			if len(v) == 1 {
				return decodeTagged(tag, content)
			}
		}
	}
	return nil, fmt.Errorf("not a tagged value: %v", plain)
}

func decodeTagged(tag string, content any) (ref.Val, error) {
	switch tag {
	case "some":
		value, err := decodePlain(content)
		return types.OptionalOf(value), err
	case "none":
		return types.OptionalNone, nil
	case "map":
		return decodeMap(content)
	}
	text, ok := content.(string)
	if !ok {
		return nil, fmt.Errorf("%s: not a string", tag)
	}
	return decodeScalar(tag, text)
}

func decodeScalar(tag, text string) (ref.Val, error) {
	switch tag {
	case "int":
		n, err := strconv.ParseInt(text, 10, 64)
		return types.Int(n), err
	case "uint":
		n, err := strconv.ParseUint(text, 10, 64)
		return types.Uint(n), err
	case "double":
		n, err := strconv.ParseFloat(text, 64)
		return types.Double(n), err
	case "bytes":
		b, err := base64.StdEncoding.DecodeString(text)
		return types.Bytes(b), err
	case "duration":
		n, err := strconv.ParseInt(text, 10, 64)
		return types.Duration{Duration: time.Duration(n)}, err
	case "timestamp":
		return decodeTimestamp(text)
	}
	return nil, fmt.Errorf("unknown tag %q", tag)
}

func decodeTimestamp(text string) (ref.Val, error) {
	n, ok := new(big.Int).SetString(text, 10)
	if !ok {
		return nil, fmt.Errorf("timestamp: %q", text)
	}
	seconds, nanos := new(big.Int).DivMod(n, big.NewInt(int64(time.Second)), new(big.Int))
	return types.Timestamp{Time: time.Unix(seconds.Int64(), nanos.Int64()).UTC()}, nil
}

func decodeMap(content any) (ref.Val, error) {
	pairs, ok := content.([]any)
	if !ok {
		return nil, fmt.Errorf("map: not a list of pairs")
	}
	entries := make(map[ref.Val]ref.Val, len(pairs))
	for _, pair := range pairs {
		list, ok := pair.([]any)
		if !ok || len(list) != 2 {
			return nil, fmt.Errorf("map: not a pair: %v", pair)
		}
		key, err := decodePlain(list[0])
		if err != nil {
			return nil, err
		}
		if entries[key], err = decodePlain(list[1]); err != nil {
			return nil, err
		}
	}
	return types.NewRefValMap(types.DefaultTypeAdapter, entries), nil
}

// marshal is JSON without the escaping that only web pages need.
func marshal(value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimRight(out.Bytes(), "\n"), nil
}
