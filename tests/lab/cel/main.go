// Evaluates CEL expressions of admission policies with the library that Kubernetes' API server uses, in
// the environment of Kubernetes 1.30 (k8s.io/apiserver/pkg/cel/environment/base.go): lists of jobs on stdin,
// JSON, a list of answers on stdout for each. What the API server adds to CEL and our policies have no use
// for (authorizer, quantities, IP addresses) is left out, so that an expression that needs it fails.
package main

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"github.com/google/cel-go/ext"
	"google.golang.org/protobuf/types/known/structpb"
)

// PerCallLimit of the API server: one expression that costs more is refused.
const perCallLimit = 1_000_000

type named struct{ Name, Expression string }

type job struct {
	Variables  []named        // of the policy, each may use those before it
	Expression string         //
	Input      map[string]any // object, oldObject, request
}

type answer struct {
	Value any    `json:"value"`
	Type  string `json:"type"` // of the expression, as the checker says
	Error string `json:"error,omitempty"`
	Cost  uint64 `json:"cost"` // with that of the variables that were asked for
}

// The types of a mutation's expression: JSONPatch, and Object for any part of the object, named by the
// path of its fields (Object.spec.volumes), each a map with the fields that were given; and that of
// `variables`, whose fields have the types of their expressions.
type policyTypes struct {
	types.Provider
	variables map[string]*types.Type
}

const variablesType = "kubernetes.variables"

var patchFields = map[string]*types.Type{
	"op": types.StringType, "path": types.StringType, "from": types.StringType, "value": types.DynType}

func ours(name string) bool {
	return name == variablesType || name == "JSONPatch" || name == "Object" || strings.HasPrefix(name, "Object.")
}

func (p policyTypes) FindStructType(name string) (*types.Type, bool) {
	if !ours(name) {
		return p.Provider.FindStructType(name)
	}
	return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
}

func (p policyTypes) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	if name == "JSONPatch" {
		known, found := patchFields[field]
		return &types.FieldType{Type: known}, found
	}
	if name == variablesType {
		known, found := p.variables[field]
		return &types.FieldType{Type: known}, found
	}
	if !ours(name) {
		return p.Provider.FindStructFieldType(name, field)
	}
	return &types.FieldType{Type: types.DynType}, true
}

func (p policyTypes) NewValue(name string, fields map[string]ref.Val) ref.Val {
	if !ours(name) {
		return p.Provider.NewValue(name, fields)
	}
	for field, value := range fields {
		if wrong := misplaced(name+"."+field, value); name != "JSONPatch" && wrong != "" {
			return types.NewErr("%s is a %s", name+"."+field, wrong)
		}
	}
	return part{types.NewStringInterfaceMap(types.DefaultTypeAdapter, asInterfaces(fields)), name}
}

// part is a JSONPatch or a piece of an Object.
type part struct {
	traits.Mapper
	name string
}

func (p part) Type() ref.Type { return types.NewObjectType(p.name) }

// misplaced is the type of a part that stands where `path` says it can't.
func misplaced(path string, value ref.Val) string {
	switch value := value.(type) {
	case part:
		if value.name != path {
			return value.name
		}
	case traits.Lister:
		for i := value.Iterator(); i.HasNext() == types.True; {
			if wrong := misplaced(path, i.Next()); wrong != "" {
				return wrong
			}
		}
	}
	return ""
}

func asInterfaces(fields map[string]ref.Val) map[string]any {
	made := map[string]any{}
	for name, value := range fields {
		made[name] = value
	}
	return made
}

// plain is a CEL value as JSON has it.
func plain(value ref.Val) (any, error) {
	switch value := value.(type) {
	case traits.Mapper:
		made := map[string]any{}
		for i := value.Iterator(); i.HasNext() == types.True; {
			key := i.Next()
			inner, err := plain(value.Get(key))
			if err != nil {
				return nil, err
			}
			made[string(key.(types.String))] = inner
		}
		return made, nil
	case traits.Lister:
		made := []any{}
		for i := value.Iterator(); i.HasNext() == types.True; {
			inner, err := plain(i.Next())
			if err != nil {
				return nil, err
			}
			made = append(made, inner)
		}
		return made, nil
	}
	if types.IsError(value) {
		return nil, value.(*types.Err)
	}
	native, err := value.ConvertToNative(reflect.TypeOf(&structpb.Value{}))
	if err != nil {
		return nil, err
	}
	return native.(*structpb.Value).AsInterface(), nil
}

// lazy is `variables`: each is evaluated when it is first asked for, and only then can fail.
type lazy struct {
	traits.Mapper
	get map[string]func() ref.Val
}

func (l lazy) Find(key ref.Val) (ref.Val, bool) {
	get, found := l.get[string(key.(types.String))]
	if !found {
		return nil, false
	}
	return get(), true
}

func (l lazy) Get(key ref.Val) ref.Val {
	value, found := l.Find(key)
	if !found {
		return types.NewErr("no such variable: %v", key)
	}
	return value
}

// withIntegers turns JSON's numbers into what the API server has: integers where they are.
func withIntegers(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for key, inner := range value {
			value[key] = withIntegers(inner)
		}
	case []any:
		for i, inner := range value {
			value[i] = withIntegers(inner)
		}
	case json.Number:
		if integer, err := value.Int64(); err == nil {
			return integer
		}
		number, _ := value.Float64()
		return number
	}
	return value
}

func environment(variables map[string]*types.Type) (*cel.Env, error) {
	base, err := cel.NewEnv(
		cel.HomogeneousAggregateLiterals(), cel.EagerlyValidateDeclarations(true),
		cel.DefaultUTCTimeZone(true), cel.CrossTypeNumericComparisons(true), cel.OptionalTypes(),
		ext.Strings(ext.StringsVersion(0)),
		cel.Variable("object", cel.DynType), cel.Variable("oldObject", cel.DynType),
		cel.Variable("request", cel.DynType),
		cel.Variable("variables", cel.ObjectType(variablesType)))
	if err != nil {
		return nil, err
	}
	return base.Extend(cel.CustomTypeProvider(policyTypes{base.CELTypeProvider(), variables}))
}

// evaluate is the value, its cost and the expression's type.
func evaluate(env *cel.Env, expression string, input map[string]any) (ref.Val, uint64, *types.Type) {
	ast, issues := env.Compile(expression)
	if issues.Err() != nil {
		return types.WrapErr(issues.Err()), 0, types.ErrorType
	}
	program, err := env.Program(ast, cel.CostLimit(perCallLimit))
	if err != nil {
		return types.WrapErr(err), 0, types.ErrorType
	}
	value, details, err := program.Eval(input)
	if err != nil {
		return types.WrapErr(err), 0, ast.OutputType()
	}
	return value, *details.ActualCost(), ast.OutputType()
}

// declare gives the variables their types. One that does not compile fails where it is asked for.
func declare(env *cel.Env, known map[string]*types.Type, variables []named) {
	clear(known)
	for _, variable := range variables {
		known[variable.Name] = types.DynType
		if ast, issues := env.Compile(variable.Expression); issues.Err() == nil {
			known[variable.Name] = ast.OutputType()
		}
	}
}

func run(env *cel.Env, j job) answer {
	variables := lazy{types.NewDynamicMap(types.DefaultTypeAdapter, map[string]any{}), map[string]func() ref.Val{}}
	input := map[string]any{"oldObject": nil, "request": nil, "variables": variables}
	for name, value := range j.Input {
		input[name] = withIntegers(value)
	}
	var spent uint64
	for _, variable := range j.Variables {
		var known ref.Val
		variables.get[variable.Name] = func() ref.Val {
			if known == nil {
				value, cost, _ := evaluate(env, variable.Expression, input)
				known, spent = value, spent+cost
			}
			return known
		}
	}
	value, cost, declared := evaluate(env, j.Expression, input)
	made, err := plain(value)
	if err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Value: made, Type: declared.String(), Cost: cost + spent}
}

func main() {
	variables := map[string]*types.Type{}
	env, err := environment(variables)
	if err != nil {
		panic(err)
	}
	decoder, encoder := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	decoder.UseNumber()
	for decoder.More() {
		var jobs []job
		if err := decoder.Decode(&jobs); err != nil {
			panic(err)
		}
		answers := []answer{}
		for _, j := range jobs {
			declare(env, variables, j.Variables)
			answers = append(answers, run(env, j))
		}
		if err := encoder.Encode(answers); err != nil {
			panic(err)
		}
	}
}
