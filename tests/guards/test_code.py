"""Rules over the Python code that no linter knows."""

import ast

from tests.guards.tree import ROOT, calls, dotted, matching, name_of, parsed

PACKAGE = matching(".py", under="complaint_intake")
DOORS = [
    path
    for door in ("web", "hotline", "desk")
    for path in matching(".py", under=f"complaint_intake/{door}")
]
# Ends a transaction, or starts one by hand.
ENDS_TRANSACTION = {"commit", "rollback", "begin_nested"}
GETTEXT = {
    "_", "_l", "_n", "N_", "gettext", "ngettext", "pgettext", "npgettext",
    "lazy_gettext", "lazy_ngettext", "lazy_pgettext",
}  # fmt: skip
QUERIES = {"select", "update", "insert", "delete", "text"}
SESSION_CALLS = {"execute", "scalar", "scalars", "query", "get", "add", "add_all"}


def place(path, node):
    return f"{name_of(path)}:{node.lineno}"


def test_only_the_database_module_ends_a_transaction():
    found = [
        place(path, node)
        for path in PACKAGE
        if path != ROOT / "complaint_intake/db.py"
        for node, name in calls(path)
        if "." in name and name.rpartition(".")[2] in ENDS_TRANSACTION
    ]
    assert found == []


def test_doors_ask_services_and_never_the_database():
    found = []
    for path in DOORS:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
                names = {alias.name for alias in node.names} & QUERIES
                found += [f"{place(path, node)}: imports {name}" for name in sorted(names)]
        for node, name in calls(path):
            owner, _, method = name.rpartition(".")
            if owner.rpartition(".")[2] in ("session", "db_session") and method in SESSION_CALLS:
                # Flask's session is a dictionary: its `get` takes a string, never a class.
                if method == "get" and node.args and not isinstance(node.args[0], ast.Name):
                    continue
                found.append(f"{place(path, node)}: {name}()")
    assert found == []


def test_messages_for_translation_are_plain_literals():
    found = []
    for path in PACKAGE:
        for node, name in calls(path):
            if name.rpartition(".")[2] not in GETTEXT or not node.args:
                continue
            first = node.args[0]
            built = (
                isinstance(first, ast.JoinedStr | ast.BinOp)
                or (isinstance(first, ast.Call) and dotted(first.func).endswith("format"))
                or (
                    isinstance(first, ast.Call)
                    and isinstance(first.func, ast.Attribute)
                    and isinstance(first.func.value, ast.Constant)
                )
            )
            if built:
                found.append(f"{place(path, node)}: {name}()")
    assert found == []


def test_nothing_prints_and_nobody_left_a_breakpoint():
    found = [
        f"{place(path, node)}: {name}()"
        for path in PACKAGE
        for node, name in calls(path)
        if name in ("print", "breakpoint", "pprint", "pdb.set_trace")
    ]
    assert found == []


def test_every_module_says_what_it_owns():
    missing = [name_of(path) for path in PACKAGE if not ast.get_docstring(parsed(path))]
    assert missing == []


def test_nothing_uses_the_pickle_family_or_a_shell():
    forbidden = {"pickle", "marshal", "shelve", "dill"}
    found = []
    for path in PACKAGE:
        for node in ast.walk(parsed(path)):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            found += [f"{place(path, node)}: {name}" for name in names if name in forbidden]
        found += [
            f"{place(path, node)}: {name}()"
            for node, name in calls(path)
            if name == "os.system" or any(keyword.arg == "shell" for keyword in node.keywords)
        ]
    assert found == []
