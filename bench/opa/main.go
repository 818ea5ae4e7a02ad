// The other side of bench/rego.ts: OPA's own Go library with the same policies and inputs.
// Arguments: folder of policies, file of manifests (a JSON list). Prints its answers as one line of JSON, then, for every line read
// (plain, prepared, together, cold), does that once and prints how many milliseconds it took.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
)

const togetherQuery = "[name | some name; data.governance[name].deny[_]]"

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func main() {
	folder, inputs := os.Args[1], os.Args[2]
	ctx := context.Background()

	files := must(filepath.Glob(filepath.Join(folder, "*.rego")))
	sort.Strings(files)
	var names []string
	modules := map[string]string{}
	for _, file := range files {
		modules[file] = string(must(os.ReadFile(file)))
		if name := strings.TrimSuffix(filepath.Base(file), ".rego"); name != "lib" {
			names = append(names, name)
		}
	}
	compiler := must(ast.CompileModules(modules))
	prepare := func(query string) rego.PreparedEvalQuery {
		return must(rego.New(rego.Compiler(compiler), rego.Query(query)).PrepareForEval(ctx))
	}
	each := make([]rego.PreparedEvalQuery, len(names))
	for i, name := range names {
		each[i] = prepare("data.governance." + name + ".deny")
	}
	all := prepare(togetherQuery)

	var manifests []any
	decoder := json.NewDecoder(must(os.Open(inputs)))
	decoder.UseNumber()
	if err := decoder.Decode(&manifests); err != nil {
		must(0, err)
	}
	parsed := make([]ast.Value, len(manifests))
	for i, manifest := range manifests {
		parsed[i] = must(ast.InterfaceToValue(manifest))
	}

	value := func(query rego.PreparedEvalQuery, option rego.EvalOption) any {
		found := must(query.Eval(ctx, option))
		if len(found) == 0 {
			return nil
		}
		return found[0].Expressions[0].Value
	}
	work := map[string]func(){
		"plain": func() {
			for _, manifest := range manifests {
				for j := range each {
					value(each[j], rego.EvalInput(manifest))
				}
			}
		},
		"prepared": func() {
			for i := range manifests {
				for j := range each {
					value(each[j], rego.EvalParsedInput(parsed[i]))
				}
			}
		},
		"together": func() {
			for i := range manifests {
				value(all, rego.EvalParsedInput(parsed[i]))
			}
		},
		"cold": func() {
			for i := range 20 {
				fresh := must(ast.CompileModules(modules))
				query := must(rego.New(rego.Compiler(fresh), rego.Query(togetherQuery)).PrepareForEval(ctx))
				value(query, rego.EvalParsedInput(parsed[i]))
			}
		},
	}
	out := json.NewEncoder(os.Stdout)
	answers := make([][]any, len(manifests))
	for i := range manifests {
		answers[i] = make([]any, len(each))
		for j := range each {
			answers[i][j] = value(each[j], rego.EvalParsedInput(parsed[i]))
		}
	}
	must(0, out.Encode(map[string]any{"names": names, "answers": answers}))
	asked := bufio.NewScanner(os.Stdin)
	for asked.Scan() {
		start := time.Now()
		work[asked.Text()]()
		must(0, out.Encode(float64(time.Since(start).Microseconds())/1000))
	}
}
