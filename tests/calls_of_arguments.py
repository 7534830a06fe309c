"""Commands with options, names and words that do not exist, or that cannot mean anything."""

from __future__ import annotations

from collections.abc import Iterator

from calls import Call

from jobs.cli import COMMANDS

USAGE = r"Try 'zlv.* --help'"
# Commands that take words of their own, so that a wrong one is named otherwise.
WITH_WORDS = {"lock", "new", "catalog", "dev", "help", "completion", "record", "explain", "sample"}
NEED_WORDS = ("import", "record", "run", "trace", "logs", "retry", "suspend", "resume", "explain", "diff")
RELEASE = "kept are: daily-first"
NO_RUN = "there is no run '.*' in .*`zlv runs` lists them"
MARTS = ("--where", "year = 2024")

# (arguments, code, what is said)
CALLS: list[tuple[tuple[str, ...], int, str]] = [
    (("staus",), 2, "Did you mean 'status'"),
    (("load",), 2, "'load-lake'"),
    (("help", "nope"), 2, "No such command 'nope'"),
    (("completion", "tcsh"), 2, "'tcsh' is not one of 'bash', 'zsh', 'fish'"),
    (("--nope",), 2, "No such option '--nope'"),
    (("-V",), 0, r"zlv, version \d"),
    (("lock", "nope"), 2, "No such command 'nope'"),
    (("lock", "show"), 0, "no run holds"),
    (("new", "nope"), 2, "No such command 'nope'"),
    (("catalog", "nope"), 2, "No such command 'nope'"),
    (("dev", "nope"), 2, "No such command 'nope'"),
    (("run", "nope"), 64, "no pipeline 'nope'; known are .*daily"),
    (("run", "/nowhere.yml"), 64, "no pipeline '/nowhere.yml'"),
    (("run", ""), 64, "no pipeline ''"),
    (("run", "daily", "--only", "nope"), 64, "'nope' is no step of daily; its steps are prepare"),
    (("run", "daily", "--from", "nope"), 64, "'nope' is no step of daily; its steps are prepare"),
    (("run", "daily", "-p", "nope=1"), 64, "'nope' is no parameter of daily; it has"),
    (("run", "daily", "-p", "x"), 2, "'x' is not NAME=VALUE"),
    (("run", "daily", "-p", "upload=maybe"), 64, "upload is 'maybe'; it must be one of true, false"),
    (("run", "daily", "--run-id", "a/b"), 64, "the run id 'a/b' must be"),
    (("run", "daily", "--run-id", "x" * 64), 64, "at most 63"),
    (("run", "daily", "--workers", "0"), 2, "0 is not in the range"),
    (("run", "daily", "--workers", "two"), 2, "'two' is not a valid integer"),
    (("run", "daily", "--executor", "x"), 2, "'x' is not one of 'local', 'kubernetes'"),
    (("run", "daily", "--only", "prepare", "--from", "build"), 2, "exclude each other"),
    (("run", "daily", "-N", "x"), 2, "go with --executor kubernetes"),
    (("run", "daily", "--image", "x"), 2, "go with --executor kubernetes"),
    (("retry", "nope"), 64, "there is no run 'nope'"),
    (("retry", "../x"), 64, "there is no run '../x'"),
    (("trace", "nope"), 64, NO_RUN),
    (("trace", "../x"), 64, NO_RUN),
    (("trace", ""), 64, NO_RUN),
    (("trace", "nope", "--json"), 64, NO_RUN),
    (("logs", "nope"), 64, NO_RUN),
    (("logs", "../x"), 64, NO_RUN),
    (("logs", "nope", "build"), 64, NO_RUN),
    (("logs", "daily-first"), 64, "no step of run 'daily-first' failed; name the step"),
    (("logs", "daily-first", "nope"), 64, "no log of a step 'nope' in .*; it has audit, build"),
    (("logs", "daily-first", "../x"), 64, "no log of a step '../x'"),
    (("sync-production", "--only", "nope"), 64, "owners_housing"),
    (("load-lake", "--only", "nope"), 64, "lovac_2024"),
    (("load-lake", "--only", "lovac_2055"), 64, "lovac_2024"),
    (("load-lake", "--only", ""), 64, "lovac_2024"),
    (("load-lake", "--domain", "nope"), 64, "see `zlv catalog sources`"),
    (("load-lake", "--millesime", "abc"), 2, "'abc' is not a valid integer"),
    (("load-lake", "--millesime", "1999"), 64, "see `zlv catalog sources`"),
    (("load-lake", "--workers", "0"), 2, "0 is not in the range"),
    (("load-lake", "--only", "admin_communes", "--domain", "lovac"), 64, "no declared source fits"),
    (("load-lake", "--only", "admin_communes", "--accept-rows", ""), 2, "needs the reason"),
    (("build", "--only", "path:/etc"), 64, "is no part of the dbt project"),
    (("build", "--only", "+file:../../x"), 64, "is no part of the dbt project"),
    (("publish", "--keep", "0"), 2, "0 is not in the range"),
    (("publish", "--keep", "many"), 2, "'many' is not a valid integer"),
    (("publish", "--accept-rows", ""), 2, "needs the reason"),
    (("publish", "--rollback"), 65, "no earlier release to roll back to"),
    (("publish", "--rollback", "--to", "nope"), 64, RELEASE),
    (("publish", "--rollback", "--to", "../x"), 64, "'../x' is no release"),
    (("upload", "--release", "nope"), 64, RELEASE),
    (("upload", "--release", "../x"), 64, "'../x' is no release"),
    (("verify", "nope"), 64, RELEASE),
    (("verify", "previous"), 65, "no previous release yet"),
    (("verify", "../x"), 64, "'../x' is no release"),
    (("diff", "nope", "last"), 64, RELEASE),
    (("diff", "last", "nope", "--json"), 64, RELEASE),
    (("diff", "previous", "last"), 65, "no previous release yet"),
    (("diff", "../x", "last"), 64, "'../x' is no release"),
    (("diff", "last", "last"), 0, "no change"),
    (("follow", "--every", "0"), 2, "0 is not in the range"),
    (("follow", "--every", "soon"), 2, "'soon' is not a valid integer"),
    (("export", "--to", "s3://"), 64, "names no bucket"),
    (("export", "--to", "s3://u:pw@bucket/x"), 64, "without keys"),
    (("export", "--to", "s3://nowhere-bucket/x"), 64, "has no bucket nowhere-bucket"),
    (("export", "--to", "/etc/hostname"), 64, "a file is in the way"),
    (("export", "--to", "ftp://u:pw@host/x"), 64, "does not begin with s3://"),
    (("import", "/nowhere"), 65, "has no manifest.json"),
    (("import", "."), 65, "has no manifest.json"),
    (("import", "https://u:pw@host/x"), 64, "does not begin with s3://"),
    (("import", "s3://nowhere-bucket/x"), 64, "has no bucket nowhere-bucket"),
    (("import", ".", "--check", "--force"), 2, "exclude each other"),
    (("record", "daily", "--status", "Nope"), 64, "ZLV_RUN_ID +is not set"),
    (("record", "nope", "--status", "Succeeded"), 64, "ZLV_RUN_ID +is not set"),
    (("runs", "-n", "0"), 2, "0 is not in the range"),
    (("runs", "-n", "abc"), 2, "'abc' is not a valid integer"),
    (("explain", "nope", *MARTS), 64, "nope"),
    (("explain", "marts_lovac_flow", *MARTS), 64, "did you mean .*marts_lovac_flows"),
    (("explain", "marts_lovac_flows", "--where", "nope = 1"), 64, "has no column nope"),
    (("explain", "marts_lovac_flows", "--where", "year ="), 2, "--where"),
    (("explain", "marts_lovac_flows", "--where", "1=1; DROP TABLE x"), 2, "--where"),
    (("explain", "marts_lovac_flows", *MARTS, "--column", "nope"), 64, "nope"),
    (("new", "millesime", "nope", "2027"), 64, "nope"),
    (("new", "millesime", "lovac", "abc"), 2, "'abc' is not a valid integer"),
    (("sample", "--scale", "0", "--out", "o"), 2, "0.* is not in the range"),
    (("sample", "--scale", "abc", "--out", "o"), 2, "'abc' is not a valid float"),
    (("sample", "--seed", "x", "--out", "o"), 2, "'x' is not a valid integer"),
    (("sample", "--out", "/etc/hostname"), 2, "/etc/hostname"),
    (("catalog", "adopt", "nope"), 64, "s3://"),
    (("catalog", "adopt", "s3://nowhere-bucket"), 64, "nowhere-bucket"),
    (("refresh-metabase",), 64, "METABASE_DEPLOYMENT +is not set"),
]
# What a session that only reads must not do, or cannot read.
CLOSED = "file system operations are disabled"
READ_ONLY = "attached in read-only mode"
REFUSED_SQL = {
    "SELEC 1": "syntax error at or near",
    "SELECT * FROM nope": "nope does not exist",
    "SELECT nope FROM clean.admin_epci": '"nope" not found',
    "SELECT * FROM '/etc/passwd'": "does not exist",
    "FROM read_text('/etc/passwd')": CLOSED,
    "FROM read_csv('/etc/passwd')": CLOSED,
    "COPY (SELECT 1) TO '/tmp/zlv-x.csv'": CLOSED,
    "CREATE TABLE clean.x (i INT)": READ_ONLY,
    "DROP TABLE clean.admin_epci": READ_ONLY,
    "ATTACH '/tmp/zlv-x.db'": CLOSED,
    "SET memory_limit = '1GB'": "the configuration has been locked",
    "LOAD httpfs": "external extensions is disabled",
    "INSTALL httpfs": CLOSED,
    "EXPORT DATABASE '/tmp/zlv-y'": CLOSED,
    "SELECT 'x'::INT": "Could not convert string",
    "SELECT error('boom')": "boom",
}


def calls_of_arguments() -> Iterator[Call]:
    """Yield each command with what it does not know, then the calls above."""
    for command in COMMANDS:
        yield Call(f"{command} --nope", (command, "--nope"), 2, "No such option '--nope'")
        if command not in WITH_WORDS:
            words = (command, "a", "b", "c", "d")
            yield Call(f"{command} a b c d", words, 2, "unexpected extra argument")
    for command in NEED_WORDS:
        yield Call(f"{command} alone", (command,), 2, USAGE)
    for arguments, code, says in CALLS:
        yield Call(" ".join(arguments)[:70] or "''", arguments, code, says)
    for query, says in REFUSED_SQL.items():
        yield Call(f"sql {query}", ("sql", "--clean", query), 2, says)
