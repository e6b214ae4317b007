"""Values by chance that are the same for the same seed, in every process."""

import base64
import hashlib
import random
import uuid

WORDS = ('amber basil cedar delta ember fjord grove harbor island juniper kettle lantern meadow '
         'nectar orchard pepper quartz river saffron timber umbra velvet willow yarrow zephyr '
         'canvas copper cotton linen marble walnut bottle basket blanket candle cushion drawer '
         'ladder mirror pillow teapot window bench stool shelf spoon plate saucer towel').split()
NAMES = ('Ada Bela Chloe Dmitri Elif Finn Greta Hugo Ines Jonas Kira Leon Mila Noor Otto Petra '
         'Quinn Rosa Sven Tara Ulla Vito Wanda Xenia Yusuf Zoe').split()
FAMILIES = ('Abel Becker Castro Dahl Ek Fischer Garcia Hansen Ito Jansen Kaya Larsen Moreau '
            'Novak Okafor Petit Quist Rossi Silva Toth Urban Vogel Weiss Young Zeman').split()
CITIES = 'Bremen Aarhus Porto Lyon Graz Turku Ghent Brno Malmö Cádiz Kraków Zürich'.split()
COUNTRIES = 'DE DK PT FR AT FI BE CZ SE ES PL CH'.split()
ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789'


def number_of(*parts):
    """64 bits made of all parts."""
    text = '\x1f'.join(map(str, parts)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), 'big')


class Dice(random.Random):
    """Chance for one purpose, named by the parts."""

    def __init__(self, *parts):
        super().__init__(number_of(*parts))

    def __new__(cls, *_):
        return super().__new__(cls)

    def happens(self, share):
        return self.random() < share

    def word(self):
        return self.choice(WORDS)

    def words(self, count):
        return ' '.join(self.choice(WORDS) for _ in range(count))

    def sentence(self, low=8, high=16):
        return self.words(self.randint(low, high)).capitalize() + '.'

    def title(self):
        return self.words(2).title()

    def person(self):
        return f'{self.choice(NAMES)} {self.choice(FAMILIES)}'

    def city(self):
        return self.choice(CITIES)

    def country(self):
        return self.choice(COUNTRIES)

    def price(self):
        return round(self.uniform(2, 400), 2)

    def day(self):
        """A day long ago."""
        return f'20{self.randint(18, 24)}-{self.randint(1, 12):02}-{self.randint(1, 28):02}'

    def moment(self):
        clock = f'{self.randint(0, 23):02}:{self.randint(0, 59):02}:{self.randint(0, 59):02}'
        return f'{self.day()}T{clock}Z'

    def hex(self, digits):
        return f'{self.getrandbits(4 * digits):0{digits}x}'

    def base64(self, count):
        return base64.urlsafe_b64encode(self.randbytes(count)).decode().rstrip('=')

    def uuid(self):
        return str(uuid.UUID(int=self.getrandbits(128), version=4))

    def letters(self, count):
        return ''.join(self.choices(ALPHABET, k=count))

    def some(self, make, low, high):
        """A list of what `make` makes, between low and high of them."""
        return [make(index) for index in range(self.randint(low, high))]
