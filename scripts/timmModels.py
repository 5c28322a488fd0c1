"""What scripts/checkModels.py needs of timm: its import without torchvision, and where its weights lie."""
import importlib.abc
import importlib.machinery
import types


class Anything(type):
    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return f"{cls.__name__}.{name}"


class StandIn(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """timm imports torchvision for its data sets, and there is none for every build of torch."""

    def find_spec(self, name, path, target=None):
        if name.split(".")[0] == "torchvision":
            return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        module = types.ModuleType(spec.name)

        def missing(name):
            if name.startswith("__"):
                raise AttributeError(name)
            return Anything(name, (), {})

        module.__getattr__ = missing
        return module

    def exec_module(self, module):
        pass


def vit_paths(depth, dim, heads, tokens):
    """Our paths and shapes, and how a tensor of timm becomes ours."""
    each = dim // heads
    plain = lambda t: t
    turned = lambda t: t.T
    yield "patch_embed/kernel", (16, 16, 3, dim), "patch_embed.proj.weight", lambda t: t.transpose(2, 3, 1, 0)
    yield "patch_embed/bias", (dim,), "patch_embed.proj.bias", plain
    yield "cls_token/cls", (1, 1, dim), "cls_token", plain
    yield "pos_embed/pe", (1, tokens, dim), "pos_embed", plain
    for i in range(depth):
        for norm in ("norm1", "norm2"):
            for ours, theirs in (("gamma", "weight"), ("beta", "bias")):
                yield f"blocks_{i}_{norm}/{ours}", (dim,), f"blocks.{i}.{norm}.{theirs}", plain
        for j, part in enumerate(("query", "key", "value")):
            rows = slice(j * dim, (j + 1) * dim)
            kernel = lambda t, rows=rows: t[rows].T.reshape(dim, heads, each)
            bias = lambda t, rows=rows: t[rows].reshape(heads, each)
            yield f"blocks_{i}_attn/{part}/kernel", (dim, heads, each), f"blocks.{i}.attn.qkv.weight", kernel
            yield f"blocks_{i}_attn/{part}/bias", (heads, each), f"blocks.{i}.attn.qkv.bias", bias
        out = f"blocks_{i}_attn/attention_output"
        yield f"{out}/kernel", (heads, each, dim), f"blocks.{i}.attn.proj.weight", lambda t: t.T.reshape(heads, each, dim)
        yield f"{out}/bias", (dim,), f"blocks.{i}.attn.proj.bias", plain
        for fc, sizes in (("fc1", (dim, 4 * dim)), ("fc2", (4 * dim, dim))):
            yield f"blocks_{i}_mlp_{fc}/kernel", sizes, f"blocks.{i}.mlp.{fc}.weight", turned
            yield f"blocks_{i}_mlp_{fc}/bias", sizes[1:], f"blocks.{i}.mlp.{fc}.bias", plain
    yield "norm/gamma", (dim,), "norm.weight", plain
    yield "norm/beta", (dim,), "norm.bias", plain


def to_timm(path, values):
    """A weight of ours in PyTorch's layout."""
    if path == "patch_embed/kernel":
        return values.transpose(3, 2, 0, 1)
    if path.endswith("attention_output/kernel"):
        return values.reshape(-1, values.shape[-1]).T
    if "_attn/" in path:
        return values.reshape(values.shape[0], -1).T if path.endswith("kernel") else values.reshape(-1)
    return values.T if path.endswith("kernel") else values
