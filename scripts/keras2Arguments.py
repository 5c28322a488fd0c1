"""Prints which settings each layer of Keras 2 takes, as JSON, from the sources of tf_keras; no TensorFlow is needed.

    pip download --no-deps tf_keras==2.15.1
    python scripts/keras2Arguments.py tf_keras-2.15.1-py3-none-any.whl > tests/formats/keras/keras2Arguments.json
"""
import ast
import json
import sys
import zipfile

archive = zipfile.ZipFile(sys.argv[1])
trees = {}


def tree(module):
    path = module.replace(".", "/")
    for name in (f"{path}.py", f"{path}/__init__.py"):
        if name in archive.namelist():
            return trees.setdefault(module, ast.parse(archive.read(name)))
    return None


def imported(module, name):
    """The module and name that a name in a module stands for."""
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    return node.module, alias.name
    return module, name


def definition(module, name):
    found = tree(module)
    if found is None:
        return None
    for node in found.body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            return module, node
    other = imported(module, name)
    return None if other == (module, name) else definition(*other)


def base_of(module, node):
    if isinstance(node, ast.Name):
        return definition(module, node.id)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        package, name = imported(module, node.value.id)
        return definition(f"{package}.{name}", node.attr)
    return None


def base_arguments():
    """What every layer takes: Layer.__init__ lists them in a set."""
    _, layer = definition("tf_keras.src.engine.base_layer", "Layer")
    for node in ast.walk(layer):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "allowed_kwargs":
            return {"name", "trainable", "dtype", *ast.literal_eval(node.value)}
    raise SystemExit("Layer has no allowed_kwargs")


def arguments(module, node):
    for method in node.body:
        if isinstance(method, ast.FunctionDef) and method.name == "__init__":
            own = {argument.arg for argument in method.args.args + method.args.kwonlyargs} - {"self"}
            return own if method.args.kwarg is None else own | inherited(module, node)
    return inherited(module, node)


def inherited(module, node):
    found = [base_of(module, base) for base in node.bases]
    return set().union(*(arguments(*base) for base in found if base and base[1].name != "Layer"))


EVERY = base_arguments()
layers = {}
for node in tree("tf_keras.layers").body:
    for alias in node.names if isinstance(node, ast.ImportFrom) else []:
        found = definition(node.module, alias.name)
        if found and (alias.asname or alias.name) not in ("Layer", "InputSpec"):
            layers[alias.asname or alias.name] = sorted(arguments(*found) - EVERY)
print(json.dumps({"every": sorted(EVERY), "layers": layers}, indent=2))
