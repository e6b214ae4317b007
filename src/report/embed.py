#!/usr/bin/env python3
"""Makes C++ of the page's style sheet and script.

    embed.py page.css page.js OUTPUT.cc
"""

import base64
import hashlib
import pathlib
import sys

MARK = 'asset'


def definition(name, text):
    if f'){MARK}"' in text or '</' in text:
        sys.exit(f'embed.py: {name} must not hold the end of its own literal or element')
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return (f'const std::string_view {name} = R"{MARK}({text}){MARK}";\n'
            f'const std::string_view {name}_sha256 = "{digest}";\n')


def main():
    style, script, output = map(pathlib.Path, sys.argv[1:])
    output.write_text('#include "report/html_assets.h"\n\n'
                      'namespace understudy::report {\n\n'
                      + definition('page_style', style.read_text(encoding='utf-8'))
                      + definition('page_script', script.read_text(encoding='utf-8'))
                      + '\n}  // namespace understudy::report\n', encoding='utf-8')


if __name__ == '__main__':
    main()
