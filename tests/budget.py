"""The size budget: what the sources measure, and which hard lines they break.

`python -m tests.budget` prints it.
"""

import ast
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).resolve().parent.parent
APPS = ("adminrights", "roles", "groups", "accounts")
LINES_OF_FILE, LINES_OF_FUNCTION, LINES_OF_TEMPLATE, PARAMETERS = 400, 40, 120, 6

Function = ast.FunctionDef | ast.AsyncFunctionDef


def sources(root: Path, suffixes: Sequence[str]) -> Iterator[Path]:
    """Yield the files that people write; hidden folders and Django's generated migrations are none."""
    for path in sorted(root.iterdir()):
        if path.name.startswith(".") or path.name in {"__pycache__", "migrations"}:
            continue
        if path.is_dir():
            yield from sources(path, suffixes)
        elif path.suffix in suffixes:
            yield path


def templates(root: Path) -> list[Path]:
    return [path for path in sources(root, (".html", ".txt")) if "templates" in path.parts]


def lines_of(path: Path) -> int:
    return len(path.read_text().splitlines())


def functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def lines_of_function(function: Function) -> int:
    """Count from `def` to the last line, docstring included, decorators not."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def parameters(function: Function) -> int:
    """Count the parameters besides self and cls."""
    every = function.args.posonlyargs + function.args.args + function.args.kwonlyargs
    return sum(argument.arg not in {"self", "cls"} for argument in every)


def own_imports(function: Function) -> Iterator[str]:
    """Yield the modules of ours that the function imports; `AppConfig.ready` has no other place for it."""
    if function.name == "ready":
        return
    for node in ast.walk(function):
        if isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").split(".")[0] in APPS):
            yield node.module or "."
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] in APPS)


def is_receiver(function: Function) -> bool:
    """Tell whether the function is hung on a signal, where nobody who reads the caller finds it."""
    return any("receiver" in ast.unparse(decorator) for decorator in function.decorator_list)


def is_test(function: Function) -> bool:
    """Tell whether the parameters are fixtures, which a test names instead of building its own world."""
    fixture = any("fixture" in ast.unparse(decorator) for decorator in function.decorator_list)
    return fixture or function.name.startswith("test_")


def faults_of_function(function: Function) -> Iterator[str]:
    """Yield what is wrong with one function (its complexity is ruff's, C901)."""
    if (lines := lines_of_function(function)) > LINES_OF_FUNCTION:
        yield f"{function.name} has {lines} lines, {LINES_OF_FUNCTION} are allowed"
    if (count := parameters(function)) > PARAMETERS and not is_test(function):
        yield f"{function.name} has {count} parameters, {PARAMETERS} are allowed"
    if is_receiver(function):
        yield f"{function.name} is a signal receiver"
    for module in own_imports(function):
        yield f"{function.name} imports {module}: imports stand at the top"


def faults_of_file(path: Path) -> Iterator[str]:
    """Yield what is wrong with one Python file."""
    if (lines := lines_of(path)) > LINES_OF_FILE:
        yield f"{path}:1: {lines} lines, {LINES_OF_FILE} are allowed"
    for function in functions(ast.parse(path.read_text())):
        for fault in faults_of_function(function):
            yield f"{path}:{function.lineno}: {fault}"


def faults(root: Path) -> list[str]:
    """Return every broken hard line, each with its place."""
    broken = [fault for path in sources(root, (".py",)) for fault in faults_of_file(path)]
    long = [path for path in templates(root) if lines_of(path) > LINES_OF_TEMPLATE]
    return broken + [f"{path}:1: {lines_of(path)} lines, {LINES_OF_TEMPLATE} are allowed" for path in long]


def figures(values: Sequence[int], aim: str) -> str:
    """Return median, 90th percentile and greatest value beside the aim."""
    if len(values) < 2:
        return "nothing to measure"
    return f"median {median(values):g}, p90 {quantiles(values, n=10)[-1]:g}, most {max(values)} (aim: {aim})"


def report(root: Path) -> str:
    """Return the figures of the product and of its tests."""
    product = [path for app in APPS for path in sources(root / app, (".py",))]
    tests = list(sources(root / "tests", (".py",)))
    trees = [ast.parse(path.read_text()) for path in product]
    every = [function for tree in trees for function in functions(tree)]
    in_tests = [function for path in tests for function in functions(ast.parse(path.read_text()))]
    lengths = [lines_of_function(function) for function in in_tests if function.name.startswith("test_")]
    ratio = sum(map(lines_of, tests)) / max(1, sum(map(lines_of, product)))
    rows = {
        "files": figures([lines for path in product if (lines := lines_of(path))], "median 80, p90 250"),
        "functions": figures([lines_of_function(function) for function in every], "median 7, p90 18"),
        "parameters": figures([parameters(function) for function in every], "p90 3"),
        "templates": figures([lines_of(path) for path in templates(root)], "median 25, p90 60"),
        "tests": figures(lengths, "median 9, p90 20"),
        "test lines per source line": f"{ratio:.2f} (aim: 1.2 to 2.0)",
    }
    return "\n".join(f"{name:<27}{row}" for name, row in rows.items())


def main() -> int:
    print(report(ROOT))
    broken = faults(ROOT)
    print("\n".join(broken).replace(f"{ROOT}/", "") or "No hard line is broken.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
