"""Reads case files: plays in which a client, a primary and a shadow say their lines.

The format is described in README.md beside this file.
"""

import re

BLOCKS = ('C>', 'C<', 'U>', 'P>', 'P<', 'S>')
OK = b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
ESCAPE = re.compile(r'\\(r|n|t|0|\\|x[0-9a-fA-F]{2})')
REPEAT = re.compile(r'\{([^{}]+?)\*(\d+)\}')
ESCAPED = {'r': '\r', 'n': '\n', 't': '\t', '0': '\0', '\\': '\\'}

# What may stand in a line of its own, after any words that are fixed.
DIRECTIVES = [re.compile(pattern) for pattern in (
    r'refused (\d{3})',
    r'answered (\d{3}) (close|keep-alive)( without body)?',
    r'client (half-closes|closes|resets|leaves)',
    r'client gets (end|reset)',
    r'primary (closes|resets|half-closes)',
    r'primary gets end',
    r'shadow gets nothing',
    r'(same|new) connection',
    r'cut (primary|client) everywhere',
    r'next client',
    r'chunks joined',
)]


class Step:
    """One line or block of a play: `kind` is a block's mark or 'do'."""

    def __init__(self, kind, line):
        self.kind = kind
        self.line = line
        self.text = ''     # of a directive
        self.bytes = b''   # of a block


class Case:
    def __init__(self, name, line):
        self.name = name
        self.line = line
        self.steps = []


class Play:
    """One case file: how understudy is configured, and the cases."""

    def __init__(self):
        self.configuration = ''
        self.cases = []


def unescape(text):
    """The bytes of one line as it is written in a case."""
    text = REPEAT.sub(lambda match: match.group(1) * int(match.group(2)), text)
    text = ESCAPE.sub(lambda match: ESCAPED.get(match.group(1))
                      or chr(int(match.group(1)[1:], 16)), text)
    return text.encode('latin-1')


def bytes_of(line):
    """A line ends with CR LF unless a lone backslash at its end takes that away."""
    if line.endswith('\\') and not line.endswith('\\\\'):
        return unescape(line[:-1])
    return unescape(line) + b'\r\n'


def add_line(case, mark, text, number):
    """Adds a line to the block that it continues, or begins one."""
    if not case.steps or case.steps[-1].kind != mark:
        case.steps.append(Step(mark, number))
    step = case.steps[-1]
    if text == '(as sent)':
        sent = [other.bytes for other in case.steps if other.kind == 'C>']
        step.bytes += sent[-1]
    elif text == '(ok)':
        step.bytes += OK
    else:
        step.bytes += bytes_of(text)


def add_directive(case, text, number):
    if not any(directive.fullmatch(text) for directive in DIRECTIVES):
        raise ValueError(f'line {number}: "{text}" is no line of a case')
    step = Step('do', number)
    step.text = text
    case.steps.append(step)


def read(text):
    """The play of one case file."""
    play = Play()
    for number, line in enumerate(text.splitlines(), 1):
        mark, rest = line[:2], line[3:]
        if line.startswith('=== '):
            play.cases.append(Case(line[4:].strip(), number))
        elif not line.strip() or line.startswith('#'):
            end_block(play)
        elif line.startswith('config '):
            play.configuration += line[7:] + '\n'
        elif not play.cases:
            raise ValueError(f'line {number}: a case begins with "=== name"')
        elif mark in BLOCKS:
            add_line(play.cases[-1], mark, rest, number)
        else:
            add_directive(play.cases[-1], line.strip(), number)
    return play


def end_block(play):
    """An empty line separates two blocks of the same kind: they are sent one after the other."""
    if play.cases and play.cases[-1].steps:
        step = Step('do', 0)
        step.text = ''
        play.cases[-1].steps.append(step)
