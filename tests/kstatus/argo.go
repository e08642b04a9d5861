package main

import (
	"fmt"
	"os"
	"path/filepath"

	lua "github.com/yuin/gopher-lua"
	"sigs.k8s.io/yaml"
)

const healthKey = "resource.customizations.health.claims.openbao.org_OpenBaoClusterClaim"

// argo judges as Argo CD does: a Lua script with the object as global `obj` returns a table of status and message.
type argo struct{ script string }

func newArgo(docs string) (*argo, error) {
	text, err := os.ReadFile(filepath.Join(docs, "argocd-cm.yaml"))
	if err != nil {
		return nil, err
	}
	var config struct {
		Data map[string]string `json:"data"`
	}
	if err := yaml.UnmarshalStrict(text, &map[string]any{}); err != nil {
		return nil, err
	}
	if err := yaml.Unmarshal(text, &config); err != nil {
		return nil, err
	}
	script, ok := config.Data[healthKey]
	if !ok {
		return nil, fmt.Errorf("argocd-cm.yaml has no %s", healthKey)
	}
	return &argo{script}, nil
}

func (a *argo) health(object map[string]any) (*told, error) {
	// No libraries beyond those that Argo CD opens: base and table are all that the script needs.
	state := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer state.Close()
	for _, open := range []lua.LGFunction{lua.OpenBase, lua.OpenTable} {
		state.Push(state.NewFunction(open))
		state.Call(0, 0)
	}
	state.SetGlobal("obj", toLua(state, object))
	if err := state.DoString(a.script); err != nil {
		return nil, err
	}
	table, ok := state.Get(-1).(*lua.LTable)
	if !ok {
		return nil, fmt.Errorf("the health check returns %s, no table", state.Get(-1).Type())
	}
	return &told{Status: table.RawGetString("status").String(), Message: table.RawGetString("message").String()}, nil
}

func toLua(state *lua.LState, value any) lua.LValue {
	switch value := value.(type) {
	case bool:
		return lua.LBool(value)
	case int64:
		return lua.LNumber(value)
	case float64:
		return lua.LNumber(value)
	case string:
		return lua.LString(value)
	case []any:
		table := state.NewTable()
		for _, item := range value {
			table.Append(toLua(state, item))
		}
		return table
	case map[string]any:
		table := state.NewTable()
		for key, item := range value {
			table.RawSetString(key, toLua(state, item))
		}
		return table
	default:
		return lua.LNil
	}
}
