"""Plain tables of at most 100 columns."""

import statistics


def median(values):
    """Of those that are known; None of none."""
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def middle(samples, key):
    """The median of one figure of these samples."""
    return median(sample.get(key) for sample in samples)


def number(value, digits=1):
    """With fewer digits where there are many before the point."""
    if value is None:
        return '-'
    return f'{value:,.{0 if abs(value) >= 1000 else digits}f}'


def times(ratio):
    return '-' if ratio is None else f'{ratio:.2f}x'


def percent(share):
    return '-' if share is None else f'{share * 100:.0f} %'


def milliseconds(value_us):
    return '-' if value_us is None else number(value_us / 1000, 2)


def show(title, header, rows):
    """Prints it: the first column is text, the others are figures."""
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]
    print(f'\n{title}\n')
    for row in [header, *rows]:
        first = row[0].ljust(widths[0])
        others = (text.rjust(width) for text, width in zip(row[1:], widths[1:]))
        print('  '.join([first, *others]).rstrip())
