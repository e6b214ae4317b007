"""Regressions of single values in JSON documents: what an old value becomes."""

import dataclasses
import json

import places


class Gone:
    """Instead of a new value: the member is not there any more."""


def mojibake(value, _):
    return value.encode('utf-8').decode('latin-1')


def off_by_one(value, _):
    return value + 1


def rounded(value, _):
    return float(round(value))


def changed(value, dice):
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return f'{value} {dice.word()}'
    return round(value * 1.1 + 3, 2) if isinstance(value, float) else value + 17


def has_umlaut(found):
    return any(not text.isascii() for text in found.texts)


def is_huge(found):
    return any(text.lstrip('-').isdigit() and int(float(text)) != int(text)
               for text in found.texts)


def has_fraction(found):
    return all(float(text) != round(float(text)) for text in found.texts)


def has_words(found):
    return found.least >= 24


def has_small_letters(found):
    return all(any('a' <= letter <= 'z' for letter in text) for text in found.texts)


@dataclasses.dataclass(frozen=True)
class ValueFault:
    """`change(value, dice)` of values of these types; Gone takes the member away."""

    types: tuple
    change: object
    wants: tuple = ('value',)  # the kinds of difference that name it
    is_everywhere: bool = False  # in each element of an array, or in one
    suits: object = None  # what must hold of all values seen there


ANY = ('int', 'float', 'text', 'bool')

VALUE_FAULTS = {
    'field-lost': ValueFault(ANY, lambda value, dice: Gone, ('missing',), True),
    'null': ValueFault(ANY, lambda value, dice: None, ('type', 'value'), True),
    'number-to-text': ValueFault(('int', 'float'), lambda value, dice: json.dumps(value),
                                 ('type', 'value'), True),
    'bool-to-text': ValueFault(('bool',), lambda value, dice: str(value).lower(),
                               ('type', 'value'), True),
    'value-changed': ValueFault(ANY, changed),
    'off-by-one': ValueFault(('int',), off_by_one),
    'precision-lost': ValueFault(('int',), lambda value, dice: int(float(value)), ('value',), True,
                                 is_huge),
    'rounded': ValueFault(('float',), rounded, ('value',), True, has_fraction),
    'case-changed': ValueFault(('text',), lambda value, dice: value.upper(), ('value',), True,
                               has_small_letters),
    'mojibake': ValueFault(('text',), mojibake, ('value',), True, has_umlaut),
    'text-truncated': ValueFault(('text',), lambda value, dice: value[:20], ('value',), True,
                                 has_words),
    'emptied': ValueFault(('text',), lambda value, dice: '', ('value',), True),
}


def apply_value(fault, document, spot, dice):
    """(before, after) of one value that was changed, or None."""
    found = list(places.slots(document, spot.steps))
    if not found:
        return None
    if not fault.is_everywhere:
        found = [found[dice.randrange(len(found))]]
    example = None
    for container, key in found:
        before = container[key]
        if isinstance(before, (dict, list)):
            continue
        after = fault.change(before, dice)
        if after is Gone:
            del container[key]
        elif same(before, after):
            continue
        else:
            container[key] = after
        example = example or (before, '(nothing)' if after is Gone else after)
    return example


def same(before, after):
    return before == after and type(before) is type(after)
