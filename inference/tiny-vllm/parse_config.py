#!/usr/bin/env python3
"""Parses configuration files with vLLM's own parser, and says which arguments it does not take as they stand.

usage: parse_config.py FILE...      (with the Python that vLLM is installed in; needs no GPU)
"""

import sys

import yaml
from vllm.entrypoints.cli.serve import ServeSubcommand
from vllm.utils.argparse_utils import FlexibleArgumentParser


def main() -> None:
    parser = FlexibleArgumentParser()
    ServeSubcommand().subparser_init(parser.add_subparsers(dest="subparser"))
    wrong = []
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as file:
            wanted = yaml.safe_load(file)
        parsed = parser.parse_args(["serve", "--config", path])
        for name, value in wanted.items():
            taken = getattr(parsed, name.replace("-", "_"), None)
            if taken not in (value, [value]):
                wrong.append(f"{path}: {name}: {value!r} became {taken!r}")
    print("\n".join(wrong) or f"{len(sys.argv) - 1} files are taken as they stand")
    sys.exit(1 if wrong or len(sys.argv) < 2 else 0)


main()
