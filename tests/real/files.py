"""The real files that both servers serve, and the differences planted into the shadow's copy."""

import json
import os
import random
import shutil
import struct
import zlib

LARGE_BYTES = 3 * 1024 * 1024
# Both trees get this time, so that Last-Modified is the same: 2024-05-17 12:00:00 UTC.
MODIFIED = 1715947200


def png(width, height, color):
    """A valid PNG of one colour, stored uncompressed, so that equal sizes give equal lengths."""
    def chunk(name, data):
        check = zlib.crc32(name + data)
        return struct.pack('>I', len(data)) + name + data + struct.pack('>I', check)

    row = b'\0' + bytes(color) * width
    header = struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', header)
            + chunk(b'IDAT', zlib.compress(row * height, 0)) + chunk(b'IEND', b''))


def page(title, lines):
    body = '\n'.join(f'<p>{line}</p>' for line in lines)
    head = f'<!DOCTYPE html>\n<html lang="en">\n<head><title>{title}</title></head>\n'
    return f'{head}<body>\n{body}\n</body>\n</html>\n'


def orders(count):
    return [{'id': 1000 + number, 'paid': number % 3 == 0, 'total': round(number * 1.75, 2),
             'lines': [{'sku': f'sku-{number}-{line}', 'quantity': line + 1} for line in range(3)],
             'note': None if number % 2 else 'gift “wrapped” ☃'} for number in range(count)]


def equal_files():
    """Path -> bytes of what both servers serve alike."""
    noise = random.Random(20240517)
    files = {
        'api/catalogue.json': json.dumps({'orders': orders(200)}, ensure_ascii=False),
        'api/numbers.json': '{"big": 9007199254740993, "tenth": 0.1, "exp": 1.5e300, "zero": -0}',
        'api/empty.json': '{}',
        'api/list.json': json.dumps(list(range(500))),
        'api/nested.json': '{"a":' * 60 + '1' + '}' * 60,
        'index.html': page('Welcome', ['A site that two servers share.']),
        'pages/about.html': page('About', [f'Paragraph {number}.' for number in range(120)]),
        'errors/404.txt': 'There is nothing here.\n',
        'errors/405.txt': 'This method is not for this place.\n',
        'assets/site.css': 'body { margin: 0; color: #222; }\n' * 40,
        'assets/app.js': "'use strict';\nconsole.log('ready');\n" * 40,
        'text/words.txt': '\n'.join(f'{number}: {noise.random():.6f}' for number in range(300)),
        'text/empty.txt': '',
        'text/with space.txt': 'a path that needs an escape\n',
        'images/logo.png': png(64, 32, (200, 30, 30)),
        'images/wide.png': png(300, 40, (30, 30, 200)),
        'files/large.bin': noise.randbytes(LARGE_BYTES),
    }
    return {path: data if isinstance(data, bytes) else data.encode()
            for path, data in files.items()}


def planted():
    """Path -> (primary's bytes, shadow's bytes or None for a missing file, {(place, kind)}).

    Places are general, as the report shows them: `*` for an index, `line` for any line.
    """
    noise = random.Random(7)
    large = noise.randbytes(LARGE_BYTES)
    late_change = bytearray(large)
    late_change[2_500_000] ^= 0xFF
    goods = {'id': 'lamp', 'price': 19.99, 'tags': ['red', 'brass', 'small'], 'stock': 4,
             'maker': {'name': 'Lux', 'city': 'Graz'}}
    rows = [f'Row {number} of the table.' for number in range(60)]
    other_rows = rows[:30] + ['Row 30 of another table.'] + rows[31:]
    image = png(48, 48, (10, 200, 10))

    def changed(**members):
        return json.dumps({**goods, **members}).encode()

    as_json = json.dumps(goods).encode()
    without_city = changed(maker={'name': 'Lux'})
    return {
        'api/price.json': (as_json, changed(price=18.99), {('/price', 'value')}),
        'api/field.json': (as_json, without_city, {('/maker/city', 'missing')}),
        'api/extra.json': (as_json, changed(beta=True), {('/beta', 'extra')}),
        'api/type.json': (as_json, changed(stock='4'), {('/stock', 'type')}),
        'api/order.json': (as_json, changed(tags=['brass', 'small', 'red']), {('/tags', 'order')}),
        'api/null.json': (as_json, changed(stock=None), {('/stock', 'type')}),
        'pages/table.html': (page('Table', rows).encode(), page('Table', other_rows).encode(),
                             {('/html/body/p/*', 'value')}),
        'images/badge.png': (image, image[:-40] + b'\1' + image[-39:], {('body', 'value')}),
        'text/gone.txt': (b'only the primary has this\n', None,
                          {('status', 'value')}),
        'files/late.bin': (large, bytes(late_change), {('body', 'value')}),
        'files/short.bin': (large, large[:-4096], {('body', 'length')}),
    }


def write(root, files):
    for path, data in files.items():
        target = os.path.join(root, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, 'wb') as file:
            file.write(data)
        os.utime(target, (MODIFIED, MODIFIED))


def build(primary_root, shadow_root):
    """Writes both trees; returns path -> the primary's bytes."""
    shared = equal_files()
    different = planted()
    primary = {**shared, **{path: sides[0] for path, sides in different.items()}}
    shadow = {**shared, **{path: sides[1] for path, sides in different.items() if sides[1]}}
    for root, files in ((primary_root, primary), (shadow_root, shadow)):
        shutil.rmtree(root, ignore_errors=True)
        write(root, files)
    return primary
