"""Makes the small pictures of tests/data/pictures/pictureKinds.test.ts, with their colours: pictureKinds.json.

usage: python make_pictures.py    (pillow 13.0.0, tifffile 2026.3.3, numpy, imagecodecs)

The colours are those of Pillow or tifffile where these know the picture's kind, and by the picture's own making
where they leave the meaning open (several channels, bits used of 16).
"""
import base64, json, os, struct, tempfile
import numpy as np
import tifffile
from PIL import Image

here = os.path.dirname(os.path.abspath(__file__))
os.chdir(tempfile.mkdtemp())
H, W = 7, 9
y, x = np.mgrid[0:H, 0:W]
RGB = np.stack([20 + 25 * x + y, 240 - 30 * y - x, 60 + 10 * x + 12 * y], -1).astype("uint8")
GREY = RGB[..., 0]
expected = {}


def tif(name, data, right=RGB, **options):
    """Writes a TIFF file without tifffile's own description."""
    tifffile.imwrite(name, data, **{"metadata": None, "software": False, **options})
    keep(name, right)


def keep(name, right):
    if isinstance(right, str):
        expected[name] = {"file": base64.b64encode(open(name, "rb").read()).decode(), "refused": right}
        return
    a = np.asarray(right)
    if a.ndim == 2:
        a = np.repeat(a[..., None], 3, -1)
    file, rgb = (base64.b64encode(b).decode() for b in (open(name, "rb").read(), a.astype("uint8").tobytes()))
    expected[name] = {"file": file, "shape": list(a.shape[:2]), "rgb": rgb}


def pillow(name):
    return np.asarray(Image.open(name).convert("RGB"))


for compression in [None, "lzw", "deflate", "packbits"]:
    tif(f"rgb-{compression}.tif", RGB, photometric="rgb", compression=compression)
tif("rgb-zstd.tif", RGB, "compressed by Zstandard", photometric="rgb", compression="zstd")
tif("rgb-lzw-predictor.tif", RGB, photometric="rgb", compression="lzw", predictor=True)
tif("rgb-planar.tif", RGB.transpose(2, 0, 1), photometric="rgb", planarconfig="separate")
tif("rgb-planar-lzw.tif", RGB.transpose(2, 0, 1), photometric="rgb", planarconfig="separate", compression="lzw")
tif("rgb-big-endian.tif", RGB, photometric="rgb", byteorder=">")
tif("rgb-bigtiff.tif", RGB, photometric="rgb", bigtiff=True)
tif("rgb-tiled.tif", RGB, photometric="rgb", tile=(16, 16))
tif("rgba.tif", np.dstack([RGB, np.full((H, W), 90, "uint8")]), photometric="rgb", extrasamples=["unassalpha"])
tif("grey.tif", GREY, GREY, photometric="minisblack")
tif("white-is-zero.tif", 255 - GREY, GREY, photometric="miniswhite")
tif("grey-16.tif", GREY.astype("uint16") * 257, GREY, photometric="minisblack")
tif("white-is-zero-16.tif", 65535 - GREY.astype("uint16") * 257, GREY, photometric="miniswhite")
tif("rgb-16.tif", RGB.astype("uint16") * 257, photometric="rgb")
tif("rgb-16-planar.tif", (RGB.astype("uint16") * 257).transpose(2, 0, 1), photometric="rgb", planarconfig="separate")
tif("rgb-16-lzw-big-endian.tif", RGB.astype("uint16") * 257, photometric="rgb", compression="lzw", predictor=True, byteorder=">")
tif("rgba-16.tif", np.dstack([RGB, np.full((H, W), 90, "uint8")]).astype("uint16") * 257, photometric="rgb", extrasamples=["unassalpha"])
for bits in (10, 12, 14):
    tif(f"rgb-{bits}-of-16.tif", RGB.astype("uint16") << (bits - 8), photometric="rgb")
tif("grey-12-of-16.tif", GREY.astype("uint16") << 4, GREY, photometric="minisblack")
tif("white-is-zero-12-of-16.tif", 4095 - (GREY.astype("uint16") << 4), GREY, photometric="miniswhite")
tif("grey-12-tagged.tif", GREY.astype("uint16") << 3, GREY // 2, photometric="minisblack", extratags=[(281, 3, 1, 4095, True)])
tif("float32.tif", RGB.astype("float32") / 255, "floating-point", photometric="rgb")
tif("float16.tif", (RGB / 255).astype("float16"), "floating-point", photometric="rgb")
tif("float64.tif", RGB / 255, "floating-point", photometric="rgb")
tif("uint32.tif", RGB.astype("uint32"), "32 bits", photometric="rgb")
tif("int16.tif", RGB.astype("int16"), "signed", photometric="rgb")
tif("int8.tif", (RGB // 2).astype("int8"), "signed", photometric="rgb")
tif("jpeg.tif", np.kron(RGB, np.ones((4, 4, 1), "uint8")), photometric="rgb", compression="jpeg")
keep("jpeg.tif", tifffile.imread("jpeg.tif"))
tif("jpeg-ycbcr.tif", np.kron(RGB, np.ones((4, 4, 1), "uint8")), photometric="ycbcr", compression="jpeg")
keep("jpeg-ycbcr.tif", tifffile.imread("jpeg-ycbcr.tif"))
tif("cmyk.tif", np.asarray(Image.fromarray(RGB).convert("CMYK")), photometric="separated")
keep("cmyk.tif", pillow("cmyk.tif"))
tif("lab.tif", np.asarray(RGB), "CIELAB", photometric="cielab")
tif("cfa.tif", GREY, "photometric interpretation 32803", photometric="cfa")
Image.fromarray(RGB).quantize(32).save("palette.tif"); keep("palette.tif", pillow("palette.tif"))
Image.fromarray(GREY).convert("1").save("one-bit.tif"); keep("one-bit.tif", pillow("one-bit.tif"))
tif("orientation-6.tif", RGB, photometric="rgb", extratags=[(274, 3, 1, 6, True)])
tif("resolution.tif", RGB, photometric="rgb", resolution=(100000, 100000), resolutionunit="CENTIMETER")

# Several pages
tifffile.imwrite("imagej-cyx.tif", RGB.transpose(2, 0, 1), imagej=True, metadata={"axes": "CYX", "mode": "composite"}); keep("imagej-cyx.tif", RGB)
tifffile.imwrite("imagej-cyx-16.tif", RGB.transpose(2, 0, 1).astype("uint16") << 4, imagej=True, metadata={"axes": "CYX"}); keep("imagej-cyx-16.tif", RGB)
tifffile.imwrite("imagej-zcyx.tif", np.stack([RGB, 255 - RGB]).transpose(0, 3, 1, 2), imagej=True, metadata={"axes": "ZCYX"}); keep("imagej-zcyx.tif", RGB)
tifffile.imwrite("imagej-2-channels.tif", RGB.transpose(2, 0, 1)[:2], imagej=True, metadata={"axes": "CYX"}); keep("imagej-2-channels.tif", "2 channels")
tifffile.imwrite("imagej-stack.tif", np.stack([GREY, 255 - GREY, GREY // 2]), imagej=True, metadata={"axes": "ZYX"}); keep("imagej-stack.tif", GREY)
luts = [np.zeros((3, 256), "uint8") for _ in range(3)]
for lut, k in zip(luts, (2, 0, 1)):
    lut[k] = range(256)
tifffile.imwrite("imagej-cyx-other-colours.tif", RGB.transpose(2, 0, 1), imagej=True, metadata={"axes": "CYX", "mode": "composite", "LUTs": luts}); keep("imagej-cyx-other-colours.tif", RGB[..., [1, 2, 0]])
luts[0] = luts[0].copy(); luts[0][1] = range(256)
tifffile.imwrite("imagej-cyx-cyan.tif", RGB.transpose(2, 0, 1), imagej=True, metadata={"axes": "CYX", "mode": "composite", "LUTs": luts}); keep("imagej-cyx-cyan.tif", "other colours than red, green and blue (#00ffff,#ff0000,#00ff00)")
grey_luts = [np.stack([np.arange(256, dtype="uint8")] * 3) for _ in range(3)]
tifffile.imwrite("imagej-cyx-grey-luts.tif", RGB.transpose(2, 0, 1), imagej=True, metadata={"axes": "CYX", "mode": "grayscale", "LUTs": grey_luts}); keep("imagej-cyx-grey-luts.tif", RGB)
rgb_luts = [np.zeros((3, 256), "uint8") for _ in range(3)]
for k, lut in enumerate(rgb_luts):
    lut[k] = range(256)
tifffile.imwrite("imagej-cyx-luts.tif", RGB.transpose(2, 0, 1), imagej=True, metadata={"axes": "CYX", "mode": "composite", "LUTs": rgb_luts}); keep("imagej-cyx-luts.tif", RGB)
ome = {"software": False, "ome": True}
tifffile.imwrite("cyx.ome.tif", RGB.transpose(2, 0, 1), photometric="minisblack", metadata={"axes": "CYX"}, **ome); keep("cyx.ome.tif", RGB)
tifffile.imwrite("czyx.ome.tif", np.stack([RGB, 255 - RGB]).transpose(3, 0, 1, 2), photometric="minisblack", metadata={"axes": "CZYX"}, **ome); keep("czyx.ome.tif", RGB)
tifffile.imwrite("yxs.ome.tif", RGB, photometric="rgb", metadata={"axes": "YXS"}, **ome); keep("yxs.ome.tif", RGB)
tifffile.imwrite("cyx-12.ome.tif", (RGB.transpose(2, 0, 1).astype("uint16") << 3), photometric="minisblack", metadata={"axes": "CYX", "SignificantBits": 12}, **ome); keep("cyx-12.ome.tif", RGB // 2)
tifffile.imwrite("2-channels.ome.tif", RGB.transpose(2, 0, 1)[:2], photometric="minisblack", metadata={"axes": "CYX"}, **ome); keep("2-channels.ome.tif", "2 channels")
tifffile.imwrite("cyx-bgr.ome.tif", RGB[..., ::-1].transpose(2, 0, 1), photometric="minisblack", metadata={"axes": "CYX", "Channel": {"Name": ["B", "G", "R"], "Color": [0x0000FFFF, 0x00FF00FF, -16776961]}}, **ome); keep("cyx-bgr.ome.tif", RGB)
tif("three-grey-pages.tif", RGB.transpose(2, 0, 1), "three grey pages", photometric="minisblack")
with tifffile.TiffWriter("pages.tif") as out:
    for k in range(4):
        out.write(RGB if k == 0 else 255 - RGB, photometric="rgb", metadata=None, software=False)
keep("pages.tif", RGB)
with tifffile.TiffWriter("pyramid.tif") as out:
    out.write(RGB, photometric="rgb", metadata=None, software=False)
    out.write(RGB[::2, ::2], photometric="rgb", subfiletype=1, metadata=None, software=False)
keep("pyramid.tif", RGB)
with tifffile.TiffWriter("subifds.tif") as out:
    out.write(RGB, photometric="rgb", subifds=1, metadata=None, software=False)
    out.write(RGB[::2, ::2], photometric="rgb", subfiletype=1, metadata=None, software=False)
keep("subifds.tif", RGB)
with tifffile.TiffWriter("thumbnail-first.tif") as out:
    out.write(RGB[::2, ::2], photometric="rgb", subfiletype=1, metadata=None, software=False)
    out.write(RGB, photometric="rgb", metadata=None, software=False)
keep("thumbnail-first.tif", RGB)


def png16(name, data, colour):
    import zlib
    chunk = lambda kind, body: struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in data)
    open(name, "wb").write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", W, H, 16, colour, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


png16("rgb-16.png", RGB.astype("uint16") * 257, 2); keep("rgb-16.png", RGB)
png16("rgb-12-of-16.png", RGB.astype("uint16") << 4, 2); keep("rgb-12-of-16.png", RGB)
png16("grey-16.png", GREY.astype("uint16") * 257, 0); keep("grey-16.png", GREY)
png16("grey-10-of-16.png", GREY.astype("uint16") << 2, 0); keep("grey-10-of-16.png", GREY)
png16("rgba-12-of-16.png", np.dstack([RGB.astype("uint16") << 4, np.full((H, W), 65535)]), 6); keep("rgba-12-of-16.png", RGB)
Image.fromarray(RGB).quantize(32).save("palette.png"); keep("palette.png", pillow("palette.png"))
Image.fromarray(RGB).convert("CMYK").resize((36, 28), 0).save("cmyk.jpg", quality=95); keep("cmyk.jpg", pillow("cmyk.jpg"))
jpeg = open("cmyk.jpg", "rb").read(); at = jpeg.index(b"\xff\xee")
open("cmyk-without-adobe.jpg", "wb").write(jpeg[:at] + jpeg[at + 16 :]); keep("cmyk-without-adobe.jpg", pillow("cmyk-without-adobe.jpg"))
Image.fromarray(RGB).save("plain.webp", lossless=True); keep("plain.webp", RGB)
Image.fromarray(RGB).resize((36, 28), 0).save("plain.jfif", "JPEG"); keep("plain.jfif", pillow("plain.jfif"))
Image.fromarray(np.dstack([GREY, GREY // 2])).save("grey-alpha.png"); keep("grey-alpha.png", GREY)
tif("three-samples-of-grey.tif", RGB, "3 channels in each pixel", photometric="minisblack", planarconfig="contig")
tif("grey-alpha.tif", np.dstack([GREY, GREY // 2]), GREY, photometric="minisblack", planarconfig="contig", extrasamples=["unassalpha"])
tif("grey-alpha-16.tif", np.dstack([GREY, GREY // 2]).astype("uint16") * 257, GREY, photometric="minisblack", planarconfig="contig", extrasamples=["unassalpha"])
tif("ycbcr-plain.tif", RGB, "YCbCr without JPEG", photometric="ycbcr", subsampling=(1, 1))
tif("five-channels.tif", np.dstack([RGB, RGB])[..., :5], "5 channels in each pixel", photometric="minisblack", planarconfig="contig")


def bmp(name, header, rows, palette=b"", right=RGB):
    start = 14 + len(header) + len(palette)
    body = b"".join(row + b"\0" * (-len(row) % 4) for row in rows) if isinstance(rows, list) else rows
    open(name, "wb").write(b"BM" + struct.pack("<IHHI", start + len(body), 0, 0, start) + header + palette + body)
    keep(name, right)


def info(bits, compression=0, size=40, masks=b"", height=H, colours=0):
    head = struct.pack("<IiiHHIIiiII", size, W, height, 1, bits, compression, 0, 2835, 2835, colours, 0) + masks
    return head + b"\0" * (size - len(head)) if size > 40 else head


up = RGB[::-1].astype("uint32")
r, g, b = up[..., 0], up[..., 1], up[..., 2]
masks = lambda *m: struct.pack(f"<{len(m)}I", *m)
rows32 = lambda v: [row.astype("<u4").tobytes() for row in v]
rows16 = lambda v: [row.astype("<u2").tobytes() for row in v]
bmp("rgba-v5.bmp", info(32, 3, 124, masks(0xFF, 0xFF00, 0xFF0000, 0xFF000000)), rows32(r | g << 8 | b << 16 | 0x80000000))
bmp("bgra-v4.bmp", info(32, 3, 108, masks(0xFF0000, 0xFF00, 0xFF, 0xFF000000)), rows32(b | g << 8 | r << 16))
bmp("argb-v3.bmp", info(32, 3, 56, masks(0xFF000000, 0xFF0000, 0xFF00, 0xFF)), rows32(r << 24 | g << 16 | b << 8))
bmp("masks-behind-40.bmp", info(32, 3), rows32(r | g << 8 | b << 16), masks(0xFF, 0xFF00, 0xFF0000))
bmp("ten-bits-each.bmp", info(32, 3), rows32(r << 22 | g << 12 | b << 2), masks(0x3FF00000, 0xFFC00, 0x3FF))
five = lambda v: (v >> 3).astype("uint32")
r5, g5, b5 = five(r), five(g), five(b)
wide = lambda v, top: (v * 255 / top).round()
bmp("555.bmp", info(16), rows16(b5 | g5 << 5 | r5 << 10), right=np.dstack([wide(v, 31) for v in (r5, g5, b5)])[::-1])
g6 = g >> 2
bmp("565.bmp", info(16, 3), rows16(b5 | g6 << 5 | r5 << 11), masks(0xF800, 0x7E0, 0x1F), right=np.dstack([wide(r5, 31), wide(g6, 63), wide(b5, 31)])[::-1])
bmp("24-os2.bmp", struct.pack("<IHHHH", 12, W, H, 1, 24), [np.dstack([b, g, r])[i].astype("uint8").tobytes() for i in range(H)])
bmp("24-os2-2.bmp", info(24, 0, 64), [np.dstack([b, g, r])[i].astype("uint8").tobytes() for i in range(H)])
q = np.asarray(Image.fromarray(RGB).quantize(16)); pal = np.array(Image.fromarray(RGB).quantize(16).getpalette()[:48]).reshape(-1, 3)
pal = np.vstack([pal, np.zeros((16 - len(pal), 3), int)])
bgr0 = b"".join(bytes([int(c[2]), int(c[1]), int(c[0]), 0]) for c in pal)
nibbles = [bytes((int(row[i]) << 4 | (int(row[i + 1]) if i + 1 < W else 0)) for i in range(0, W, 2)) for row in q[::-1]]
bmp("4-bits.bmp", info(4, colours=16), nibbles, bgr0, pal[q])
bmp("8-bits-os2.bmp", struct.pack("<IHHHH", 12, W, H, 1, 8), [bytes(row.tolist()) for row in q[::-1]], b"".join(bytes([int(c[2]), int(c[1]), int(c[0])]) for c in pal) + b"\0" * (768 - 48), pal[q])
one = (GREY > 128).astype(int)
bmp("1-bit.bmp", info(1, colours=2), [np.packbits(row).tobytes() for row in one[::-1]], bytes([9, 8, 7, 0, 200, 210, 220, 0]), np.array([[7, 8, 9], [220, 210, 200]])[one])
rle = b"".join(b"".join(bytes([1, int(v)]) for v in row) + b"\0\0" for row in q[::-1]) + b"\0\1"
bmp("rle-8.bmp", info(8, 1, colours=16), rle, bgr0, "compressed by run lengths (RLE8)")

for name, case in expected.items():
    if "rgb" not in case or "-of-16" in name or name in ("grey-12-tagged.tif",):
        continue
    try:
        got = np.asarray(Image.open(name).convert("RGB")).astype(int)
        want = np.frombuffer(base64.b64decode(case["rgb"]), "uint8").reshape(*case["shape"], 3).astype(int)
        if got.shape != want.shape or abs(got - want).max() > 1:
            print("Pillow differs:", name, got.shape, abs(got - want).max() if got.shape == want.shape else "")
    except Exception as error:
        print("Pillow:", name, str(error)[:80])
json.dump(expected, open(os.path.join(here, "pictureKinds.json"), "w"), indent=1)
open(os.path.join(here, "pictureKinds.json"), "a").write("\n")
