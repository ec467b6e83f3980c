// yaml-to-json reads YAML documents from the standard input and writes them as one JSON array. A key named
// twice is a fault.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	documents "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

func main() {
	if err := convert(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func convert(in io.Reader, out io.Writer) error {
	reader := documents.NewYAMLReader(bufio.NewReader(in))
	all := []any{}
	for {
		text, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return json.NewEncoder(out).Encode(all)
		}
		if err != nil {
			return err
		}
		var one any
		if err := yaml.UnmarshalStrict(text, &one); err != nil {
			return fmt.Errorf("document %d: %w", len(all)+1, err)
		}
		if one != nil {
			all = append(all, one)
		}
	}
}
