// Reads container files as Docker's own tools do, without an engine:
//
//	compose-model load [-profile NAME]... FILE...   the loaded compose project, as JSON
//	compose-model context FOLDER                    the files of a build context, one a line
//
// Variables come from the environment alone, never from a .env file.
package main

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) > 1 && args[0] == "load" {
		return load(args[1:])
	}
	if len(args) == 2 && args[0] == "context" {
		return list(args[1])
	}
	return fmt.Errorf("usage: compose-model load [-profile NAME]... FILE... | context FOLDER")
}

type names []string

func (n *names) String() string         { return strings.Join(*n, ",") }
func (n *names) Set(value string) error { *n = append(*n, value); return nil }

func load(args []string) error {
	var profiles names
	flags := flag.NewFlagSet("load", flag.ExitOnError)
	flags.Var(&profiles, "profile", "a profile that is switched on")
	if err := flags.Parse(args); err != nil {
		return err
	}
	options, err := cli.NewProjectOptions(flags.Args(), cli.WithOsEnv, cli.WithProfiles(profiles))
	if err != nil {
		return err
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		return err
	}
	model, err := project.MarshalJSON()
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(model)
	return err
}

func list(root string) error {
	var patterns []string
	if file, err := os.Open(filepath.Join(root, ".dockerignore")); err == nil {
		defer file.Close()
		if patterns, err = ignorefile.ReadAll(file); err != nil {
			return err
		}
	}
	matcher, err := patternmatcher.New(patterns)
	if err != nil {
		return err
	}
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil || name == "." {
			return err
		}
		// No pattern brings anything of these back, and they are large.
		if entry.IsDir() && (name == "node_modules" || name == ".git") {
			return filepath.SkipDir
		}
		ignored, err := matcher.MatchesOrParentMatches(name)
		if err == nil && !ignored && !entry.IsDir() {
			fmt.Println(filepath.ToSlash(name))
		}
		return err
	})
}
