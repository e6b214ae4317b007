"""Just enough C++ reading for tidy: what is code, and where functions and types stand."""

import re

LITERAL_PREFIX = re.compile(r'(?:^|[^A-Za-z0-9_])(?:u8|u|U|L)$')
# What may stand between the parameters and the body.
TRAILER = re.compile(r'(?:\b(?:const|noexcept|override|final|mutable|volatile|try)\b|&&?|\s)$')
TYPE_HEAD = re.compile(r'\b(class|struct|union|enum)\b')


def blank(text):
    """Spaces in place of everything but line ends, so that positions stay."""
    return re.sub(r'[^\n]', ' ', text)


def literal_end(text, start):
    """The index after the string or character literal whose quote stands at `start`."""
    quote = text[start]
    if quote == '"' and text[start - 1:start] == 'R':
        delimiter = text[start + 1:text.index('(', start)]
        closing = ')' + delimiter + '"'
        return text.index(closing, start) + len(closing)
    index = start + 1
    while index < len(text) and text[index] not in (quote, '\n'):
        index += 2 if text[index] == '\\' else 1
    return index + 1


def is_digit_separator(text, index):
    before = text[index - 1:index]
    is_joined = before.isalnum() or before == '_'
    is_prefixed = LITERAL_PREFIX.search(text[max(0, index - 3):index])
    return text[index] == "'" and is_joined and not is_prefixed


def code_only(text):
    """The text with comments and the contents of literals blanked out."""
    parts, index, size = [], 0, len(text)
    while index < size:
        if text.startswith('//', index):
            end = text.find('\n', index)
            end = size if end < 0 else end
            parts.append(blank(text[index:end]))
        elif text.startswith('/*', index):
            end = text.find('*/', index)
            end = size if end < 0 else end + 2
            parts.append(blank(text[index:end]))
        elif text[index] in '"\'' and not is_digit_separator(text, index):
            end = literal_end(text, index)
            parts.append(text[index] + blank(text[index + 1:end - 1]) + text[index])
        else:
            end = index + 1
            parts.append(text[index])
        index = end
    return ''.join(parts)


def without_directives(code):
    """Preprocessor lines blanked out, with their continuations."""
    directive = re.compile(r'^[ \t]*#(?:[^\n]*\\\n)*[^\n]*', re.MULTILINE)
    return directive.sub(lambda match: blank(match.group()), code)


class Block:
    """One pair of braces: a namespace, a type, a function body, or anything else."""

    def __init__(self, kind, head, head_start):
        self.kind = kind
        self.head = head
        self.head_start = head_start
        self.parent = None
        self.first_line = self.last_line = 0


def has_member_initializers(head):
    return re.search(r'\)[^():]*(?<!:):(?!:)', head) is not None


def ends_like_function(head):
    tail = re.sub(r'->[^()]*$', '', head)  # a trailing return type
    tail = re.sub(r'\brequires\b.*$', '', tail, flags=re.DOTALL)
    tail = re.sub(r'\bnoexcept\s*\([^()]*\)\s*$', '', tail)
    previous = None
    while previous != tail:
        previous = tail
        tail = TRAILER.sub('', tail)
    return tail.endswith(')')


def classify(head, is_inside_function):
    """What the brace after `head` opens."""
    if is_inside_function:
        return 'other'
    if re.search(r'\bnamespace\b', head) or re.match(r'\s*extern\s*"', head):
        return 'namespace'
    if has_member_initializers(head) and not TYPE_HEAD.search(head):
        # a_{1} among the initializers, or the body behind them
        return 'initializer' if re.search(r'[\w>]\s*$', head) else 'function'
    if ends_like_function(head) and '=' not in re.sub(r'operator\s*\S+|\([^()]*\)', '', head):
        return 'function'
    if TYPE_HEAD.search(re.sub(r'<[^<>]*>', '', head)):
        return 'type'
    return 'other'


def blocks(code):
    """All blocks, in the order in which they close. `code` has passed without_directives."""
    found, stack = [], []
    head_start, parens = 0, 0
    for match in re.finditer(r'[{}();]', code):
        index, sign = match.start(), match.group()
        if sign in '()':
            parens += 1 if sign == '(' else -1
        elif sign == ';' and parens == 0:
            head_start = index + 1
        elif sign == '{':
            inside = any(block.kind == 'function' for block in stack)
            head = code[head_start:index]
            kind = 'other' if parens > 0 else classify(head, inside)
            block = Block(kind, head, head_start)
            block.parent = stack[-1] if stack else None
            block.parens = parens
            start = head_start + len(head) - len(head.lstrip())
            block.first_line = code.count('\n', 0, start) + 1
            stack.append(block)
            parens = 0
            if kind != 'initializer':
                head_start = index + 1
        elif sign == '}' and stack:
            block = stack.pop()
            block.last_line = code.count('\n', 0, index) + 1
            found.append(block)
            parens = block.parens
            is_inner = block.kind == 'initializer' or parens > 0
            head_start = block.head_start if is_inner else index + 1
    return found


def functions(code):
    """(first line, last line, name) of each function with a body."""
    for block in blocks(without_directives(code)):
        if block.kind == 'function':
            name = re.search(r'([~\w:]+|operator\s*\S+?)\s*\(', block.head)
            yield block.first_line, block.last_line, name.group(1) if name else 'a function'


def types_at_namespace_scope(code):
    """(line, name) of each class or struct that is defined directly in a namespace."""
    for block in blocks(without_directives(code)):
        if block.kind != 'type' or (block.parent and block.parent.kind != 'namespace'):
            continue
        head = re.sub(r'\btemplate\s*<(?:[^<>]|<[^<>]*>)*>', '', block.head)
        name = re.search(r'\b(?<!enum )(?:class|struct|union)\s+(?:\[\[.*?\]\]\s*)?(\w+)', head)
        if name and not re.search(r'\benum\b', head):
            yield block.first_line, name.group(1)
