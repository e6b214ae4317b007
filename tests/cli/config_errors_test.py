"""Every mistake in the configuration or on the command line, as its user meets it."""

import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import runner  # noqa: E402
from program import ROOT, UNDERSTUDY, InDirectory, understudy  # noqa: E402

GOLDEN = ROOT / 'tests' / 'golden' / 'config'
GOOD = '[listen]\naddress = "127.0.0.1:0"\n[primary]\nurl = "http://127.0.0.1:1"\n' \
       '[shadow]\nurl = "http://127.0.0.1:2"\n'


class Files(InDirectory):
    def test_golden_mistakes_end_with_two(self):
        for expected in sorted(GOLDEN.glob('*.expected')):
            message = expected.read_text(encoding='utf-8')
            file = expected.with_suffix('.toml')
            is_mistake = message.startswith(file.name + ':')
            if not is_mistake:
                continue
            with self.subTest(file.name):
                done = understudy('check', '-c', file.name, cwd=GOLDEN)
                self.assertEqual(done.stderr, message)
                self.assertEqual(done.returncode, 2)

    def test_rules_stand_beside_the_file_that_names_them(self):
        conf = self.directory / 'conf'
        conf.mkdir()
        (conf / 'one.toml').write_text('diff.rule_files = ["rules.toml"]\n' + GOOD)
        (conf / 'rules.toml').write_text('[[rule]]\npath = "/a"\naction = "ignore"\n')

        done = understudy('check', '-c', 'conf/one.toml', '--print', cwd=self.directory)
        self.assertIn('[[diff.rule]]\nendpoint = "*"\npath = "/a"\n', done.stdout)

        (conf / 'rules.toml').write_text('[[rule]]\npath = "/a"\nactoin = "ignore"\n')
        self.refused('check', '-c', 'conf/one.toml',
                     message='conf/rules.toml:1:1: a rule must have exactly one of "action", '
                             '"array", "tolerance" and "match", not none\n'
                             'conf/rules.toml:3:1: unknown key "actoin" in [[rule]]; did you mean '
                             '"action"?\n')

    def test_missing_file(self):
        self.refused('check', '-c', 'none.toml',
                     message='cannot read none.toml: No such file or directory\n')

    def test_directory(self):
        self.refused('check', '-c', '.', message='cannot read .: it is a directory, not a file\n')

    def test_unreadable_file(self):
        self.write(GOOD)
        (self.directory / 'understudy.toml').chmod(0)
        self.directory.chmod(0o755)
        more = {'user': 65534, 'group': 65534} if os.geteuid() == 0 else {}
        self.refused('check', '-c', 'understudy.toml',
                     message='cannot read understudy.toml: Permission denied\n', **more)

    def test_too_large(self):
        self.refused('check', '-c', '/dev/zero',
                     message='cannot read /dev/zero: it is larger than 1MiB, '
                             'which no configuration is\n')

    def test_nothing_given(self):
        done = self.run_here('check')
        self.assertEqual(done.returncode, 2)
        expected = 'understudy: there is no configuration: name a file '
        self.assertTrue(done.stderr.startswith(expected))


class Sources(InDirectory):
    def printed(self, *words, **more):
        done = self.run_here('check', '--print', *words, **more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_the_usual_file_is_found(self):
        self.write(GOOD)
        done = self.run_here('check')
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stderr,
                         'the configuration is good; --print shows it with every default\n')

    def test_flags_win_over_variables_and_those_over_the_file(self):
        self.write(GOOD + '[server]\nworkers = 1\nbackstage = 1\nheader_timeout = "1s"\n')
        text = self.printed('--workers', '3', env={'UNDERSTUDY_SERVER_WORKERS': '2',
                                                   'UNDERSTUDY_SERVER_BACKSTAGE': '2'})
        self.assertIn('workers = 3\nbackstage = 2\n', text)
        self.assertIn('header_timeout = "1s"\n', text)

    def test_flags_alone_suffice(self):
        text = self.printed('--listen', '127.0.0.1:0', '--primary', 'http://127.0.0.1:1',
                            '--shadow', 'http://127.0.0.1:2', '--percent', '10',
                            '--set', 'shadow.timeout=1s', '--log', 'here')
        self.assertIn('percent = 10.0\n', text)
        self.assertIn('timeout = "1s"\n', text)
        self.assertIn('path = "here"\n', text)

    def test_what_is_printed_prints_itself(self):
        make = ROOT / 'tests' / 'support' / 'make_certificates'
        subprocess.run([make, self.directory], check=True, stdin=subprocess.DEVNULL)
        for name, made in (('a', 'server'), ('b', 'named'), ('c', 'wild'), ('own', 'client')):
            for kind in ('pem', 'key'):
                (self.directory / f'{made}.{kind}').rename(self.directory / f'{name}.{kind}')
        (self.directory / 'foreign-ca.pem').rename(self.directory / 'clients.pem')
        for file in ('everything.toml', 'minimal.toml'):
            text = self.printed('-c', str(GOLDEN / file))
            self.write(text, 'again.toml')
            self.assertEqual(self.printed('-c', 'again.toml'), text)

    def test_the_example_is_good(self):
        done = understudy('check', '-c', str(ROOT / 'conf' / 'understudy.toml'))
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_example_shows_the_defaults(self):
        shown = self.printed('-c', str(ROOT / 'conf' / 'understudy.toml'))
        flags = self.printed('--listen', '0.0.0.0:8080', '--primary', 'http://10.0.0.1:8080',
                             '--shadow', 'http://10.0.0.2:8080', '--set', 'shadow.name=v2')
        self.assertEqual(shown, flags)

    def test_a_wrong_variable_is_named(self):
        self.write(GOOD)
        self.refused('check', env={'UNDERSTUDY_PRIMARY_TIMEOUT': 'soon'},
                     message='UNDERSTUDY_PRIMARY_TIMEOUT: must be a duration such as "250ms", '
                             '"10s" or "5m", not "soon"\n')

    def test_a_mistyped_variable_is_a_warning(self):
        self.write(GOOD)
        done = self.run_here('check', env={'UNDERSTUDY_PRIMARY_TIMEUOT': '1s'})
        self.assertEqual(done.returncode, 0)
        self.assertIn('warning: UNDERSTUDY_PRIMARY_TIMEUOT: this variable sets no key; did you '
                      'mean "UNDERSTUDY_PRIMARY_TIMEOUT"?\n', done.stderr)

    def test_no_shadow_is_a_warning(self):
        done = self.run_here('check', '--listen', '127.0.0.1:0', '--primary', 'http://127.0.0.1:1')
        self.assertEqual(done.returncode, 0)
        self.assertIn('warning: there is no [[shadow]]: requests go to the primary only, '
                      'and nothing is compared\n', done.stderr)


class Arguments(InDirectory):
    def test_an_unknown_verb(self):
        self.refused('reprot', message='understudy: there is no verb "reprot"; did you mean '
                                       '"report"?\nSee "understudy --help".\n')

    def test_an_unknown_option(self):
        self.refused('report', '--jsn', message='understudy report: there is no option "--jsn"; '
                     'did you mean "--json"?\nSee "understudy report --help".\n')

    def test_a_word_too_many(self):
        self.refused('run', 'now', message='understudy run: there is nothing to do with "now"\n'
                                           'See "understudy run --help".\n')

    def test_an_unknown_key(self):
        self.refused('check', '--listen', '127.0.0.1:0', '--primary', 'http://127.0.0.1:1',
                     '--set', 'server.wrokers=1',
                     message='--set server.wrokers: there is no key "server.wrokers"; did you '
                             'mean "server.workers"?\n')

    def test_what_is_no_number(self):
        for words in (('verdict', '--min-requests'), ('list', '--limit'), ('report', '--width')):
            for text in ('-3', 'x', '1.5', '99999999999999999999'):
                done = self.run_here(*words, text)
                self.assertEqual(done.returncode, 2)
                self.assertIn(f'{words[1]}: must be a whole number, not {text}\n', done.stderr)

    def test_an_unknown_outcome(self):
        self.refused('list', '--outcome', 'diferent',
                     message='understudy list: --outcome: there is no outcome "diferent"; did '
                             'you mean "different"?\nSee "understudy list --help".\n')

    def test_nothing_at_all_shows_the_help_and_ends_with_two(self):
        done = self.run_here()
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stdout, '')
        self.assertIn('understudy demo', done.stderr)

    def test_help_and_version_are_data(self):
        for word in ('--help', '--version'):
            done = self.run_here(word)
            self.assertEqual(done.returncode, 0)
            self.assertEqual(done.stderr, '')
            self.assertIn('understudy', done.stdout)

    def test_a_full_disk_is_noticed(self):
        with open('/dev/full', 'w', encoding='utf-8') as full:
            done = subprocess.run([UNDERSTUDY, '--help'], stdout=full, stderr=subprocess.PIPE,
                                  text=True, check=False, env={})
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr, 'understudy: cannot write to standard output\n')


class Readme(unittest.TestCase):
    def test_the_reference_is_the_one_that_the_program_prints(self):
        begin, end = '<!-- configuration reference: begin -->\n', \
            '<!-- configuration reference: end -->\n'
        text = (ROOT / 'README.md').read_text(encoding='utf-8')
        self.assertIn(begin, text)
        section = text.split(begin)[1].split(end)[0]
        self.assertEqual(section.strip(), understudy('check', '--reference').stdout.strip())


if __name__ == '__main__':
    sys.exit(runner.main())
