#include "cmd.h"

#define BIT(name) OPT_BIT(OPT_##name)
#define CHOSEN    (BIT(SELECTOR) | BIT(REASON))
#define SETTING   (BIT(REASON) | BIT(REVISION))
#define WAITING   (BIT(WAIT) | BIT(TIMEOUT))
#define POLICY                                                                                  \
	(BIT(SELECTOR) | BIT(TO) | BIT(ROLLOUT_NAME) | BIT(WAVES) | BIT(BAKE) | BIT(GATE) |     \
	 BIT(BUDGET) | BIT(RUNNING) | BIT(PER_SERVER) | BIT(PRIORITY) | BIT(STRATEGY) |         \
	 BIT(STALL) | BIT(WINDOW) | BIT(FORMAT) | BIT(DRY_RUN) | BIT(REASON) | BIT(KEY) |       \
	 BIT(READONLY) | BIT(MAX_CLOSED) | BIT(DRAIN) | BIT(ACCEPT_HOLES) | BIT(SKIP_FAILING) | \
	 BIT(NO_PLAN) | BIT(METHOD) | BIT(HOOK) | BIT(NO_REWRITE))
#define MANY (-1)

/* clang-format off */
const struct command command_table[] = {
	/* path, args, summary,
	 *	details,
	 *	example,
	 *	options, least and most words, what they are, hidden, function */
	{ "server add", "NAME", "Let muster know a database server",
	  "The address is a host or a Unix socket. User and password are in an option file that "
	  "musterd reads, so they are never on a command line. A server that is --replica-of "
	  "another is watched with it: while it lags, nothing new starts there.",
	  "muster server add db1 --host 10.0.0.5 --defaults-file /etc/muster/db1.cnf -L region=eu\n"
	  "muster server add db2 --socket /run/mysqld/mysqld.sock\n"
	  "muster server add db1r --host 10.0.0.6 --defaults-file /etc/muster/db1.cnf --replica-of db1",
	  BIT(HOST) | BIT(PORT) | BIT(DB_SOCKET) | BIT(DEFAULTS_FILE) | BIT(MAX_RUNNING) |
	  BIT(REPLICA_OF) | BIT(LABEL),
	  1, 1, WORDS_NONE, false, cmd_server_add },
	{ "server list", "", "List the servers and how they are", NULL, NULL,
	  0, 0, 0, WORDS_NONE, false, cmd_server_list },
	{ "server show", "NAME", "Show one server", NULL, NULL,
	  0, 1, 1, WORDS_SERVER, false, cmd_server_show },
	{ "server set", "NAME KEY=VALUE…", "Change a server",
	  "Keys: host, port, socket, defaults-file, max-running, max-rebuilds, max-chunks, replica-of, replicas, "
	  "heartbeat, label.K, window, freeze; an empty value takes away what was set. max-rebuilds is "
	  "how many tasks at once may build indexes or tables again (0: half of max-running, of tenants "
	  "from 64 MiB on), max-chunks the same of those that go through rows range by range; all others may "
	  "use every slot. window and freeze are "
	  "explained in tenant set. Replicas are found where the server knows them, and one that was found "
	  "must be there for a day, also when it has stopped; replicas= names "
	  "those that count instead, or that it does not know (HOST:PORT, with commas), which are asked with its own option "
	  "file, and replica-of= one that is enrolled. heartbeat= is a SCHEMA.TABLE.COLUMN with a "
	  "timestamp that somebody keeps up to date on it, in UTC: the replicas are as late as that "
	  "says. It is read on them and written by others; one that is not there or grows old keeps "
	  "everything.",
	  "muster server set db1 max-running=8 label.region=eu\n"
	  "muster server set db1 replicas=10.0.0.6,10.0.0.7:3307 heartbeat=ops.heartbeat.ts",
	  SETTING | BIT(LABEL), 1, MANY, WORDS_SERVER, false, cmd_server_set },
	{ "server check", "NAME", "Ask a server who it is and what muster may do there",
	  "Says which privileges are missing and what to grant; the exit code is 1 then.", NULL,
	  0, 1, 1, WORDS_SERVER, false, cmd_server_check },
	{ "server remove", "NAME", "Forget a server; nothing on it is changed", NULL, NULL,
	  0, 1, 1, WORDS_SERVER, false, cmd_server_remove },

	{ "tenant discover", "", "Add the databases of a server that look like clients",
	  "Takes every database whose name is LIKE the pattern, never a system schema. What is "
	  "known already stays as it is, and its version is read again. A tenant whose history "
	  "lacks what was applied there before (restored from a backup) is regressed and kept out "
	  "of rollouts until --accept says that this is how it shall be.",
	  "muster tenant discover --server db1 --like 'client\\_%' -L tier=gold",
	  BIT(SERVER) | BIT(LIKE) | BIT(PATTERN) | BIT(LABEL) | BIT(DRY_RUN) | BIT(ACCEPT),
	  0, 0, WORDS_NONE, false, cmd_tenant_discover },
	{ "tenant import", "FILE.csv", "Add the tenants of a CSV file, all or none",
	  "The first line names the columns: name, server, schema and any others, which become "
	  "labels. Every bad line is reported as FILE:line:column.", NULL,
	  0, 1, 1, WORDS_FILE, false, cmd_tenant_import },
	{ "tenant add", "NAME", "Add one tenant", NULL,
	  "muster tenant add acme --server db1 --schema client_acme -L region=eu",
	  BIT(SERVER) | BIT(SCHEMA) | BIT(LABEL), 1, 1, WORDS_NONE, false, cmd_tenant_add },
	{ "tenant list", "[NAME…]", "List tenants", NULL,
	  "muster tenant list -l 'region=eu,tier!=gold' -o wide",
	  BIT(SELECTOR), 0, MANY, WORDS_TENANT, false, cmd_tenant_list },
	{ "tenant show", "NAME", "Show one tenant", NULL, NULL,
	  0, 1, 1, WORDS_TENANT, false, cmd_tenant_show },
	{ "tenant diff", "A B", "Show how the schema of one tenant differs from that of another",
	  "Reads both now. What is read as a change leads from A to B. The exit code is 1 when they "
	  "differ; what is minor (the order of columns, who defined a view) is shown and does not "
	  "count.",
	  "muster tenant diff acme beta",
	  0, 2, 2, WORDS_TENANT, false, cmd_tenant_diff },
	{ "tenant verify", "[NAME…]", "Say whether tenants look as their history says they should",
	  "What a tenant should look like at its version is found out by building it: on a server of "
	  "the same kind the release's files run, from nothing up to there, in an empty scratch schema "
	  "that goes again, once for all tenants that have applied the same. No tenant is changed, and "
	  "nobody who writes waits. Verdicts: ok; drifted (a column, an index, a trigger, … is not as it "
	  "should be; what is read as a change leads from there to what is); altered (a file was applied "
	  "from another text than the release has); incomplete (a migration in the middle is missing); "
	  "ahead (the history holds what the release does not); unfinished (in the middle of a "
	  "migration); unrecorded (no history); missing (no database); unproven (nothing to compare with); "
	  "unknown (its server does not answer). The order of columns and indexes and who defined a view are "
	  "minor: shown, and still ok. Where the release does not begin with nothing, as when tenants were "
	  "baselined, what it cannot build is compared with the tenants at the same version that look alike, "
	  "and a sentence says so. -o json is one object: {release, version, tenants, verified[], drifted[], "
	  "altered[], incomplete[], ahead[], unfinished[], unrecorded[], missing[], unproven[], unknown[], "
	  "positions[]}; every tenant stands in one of the lists, as {tenant, server, version, verdict, "
	  "problems[], help, diff[], minor[]}; a position is {version, flavor, tenants, built, others, note}. "
	  "The exit code is 0 when all are as they should be, 1 when one is not, 69 when none is known not to "
	  "be and a server did not answer.",
	  "muster tenant verify -l region=eu --against app-7\n"
	  "muster tenant verify --against migrations/ -o json | jq -r '.drifted[] | .tenant, .diff[]'",
	  BIT(SELECTOR) | BIT(AGAINST), 0, MANY, WORDS_TENANT, false, cmd_tenant_verify },
	{ "tenant set", "[NAME…] KEY=VALUE…", "Change tenants: windows, freezes, labels",
	  "Keys: window, freeze, label.K; an empty value removes it. A window is when a rollout may "
	  "start on the tenant: days, times and a time zone, several separated by \";\"; it is open "
	  "while a clock on the wall there says so. A freeze is \"[DATE until] DATE\" with a reason: "
	  "nothing starts until then. NAME may be label:K=V for all that have that label, also those "
	  "that get it later. Every window that applies (of the tenant, its server, its labels) must "
	  "be open, and what is expected to be needed must fit into what is left.",
	  "muster tenant set acme window='Sun 02:00-05:00 Australia/Sydney'\n"
	  "muster tenant set -l tier=gold window='Mon-Fri 22:00-04:00; Sun 00:00-24:00 Europe/Berlin'\n"
	  "muster tenant set label:region=au window='Sun 02:00-05:00 Australia/Sydney'\n"
	  "muster tenant set acme freeze='2026-12-24 until 2027-01-02' --reason 'year end'",
	  SETTING | BIT(LABEL) | BIT(SELECTOR), 1, MANY, WORDS_TENANT, false, cmd_tenant_set },
	{ "tenant label", "[NAME…] K=V…", "Put labels on tenants; K= removes one", NULL,
	  "muster tenant label acme beta tier=gold\nmuster tenant label -l server=db1 region=eu",
	  CHOSEN | BIT(LABEL), 0, MANY, WORDS_TENANT, false, cmd_tenant_label },
	{ "tenant hold", "[NAME…]", "Keep tenants out of rollouts, with a reason", NULL,
	  "muster tenant hold acme --reason 'audit until Friday'",
	  CHOSEN, 0, MANY, WORDS_TENANT, false, cmd_tenant_hold },
	{ "tenant release", "[NAME…]", "End the hold of tenants", NULL, NULL,
	  CHOSEN, 0, MANY, WORDS_TENANT, false, cmd_tenant_release },
	{ "tenant baseline", "[NAME…]", "Record what tenants already had before muster",
	  "Writes the history of the release up to the version into each tenant, without running "
	  "anything of it.",
	  "muster tenant baseline -l region=eu --release app-7 --at 0007",
	  CHOSEN | BIT(RELEASE) | BIT(AT), 0, MANY, WORDS_TENANT, false, cmd_tenant_baseline },
	{ "tenant remove", "[NAME…]", "Forget tenants; their databases are not touched", NULL, NULL,
	  CHOSEN, 0, MANY, WORDS_TENANT, false, cmd_tenant_remove },

	{ "window list", "", "List windows and freezes of servers, labels and tenants",
	  "They are set with tenant set and server set.", NULL,
	  0, 0, 0, WORDS_NONE, false, cmd_window_list },

	{ "readonly on", "[NAME…]", "Close tenants for writes, for a time",
	  "Answers when no write gets through any more: sessions that do nothing are ended, open "
	  "transactions and running statements have until --drain. Method privileges takes the "
	  "rights to write from every account but muster's own; triggers does so and refuses "
	  "whoever keeps his rights, row by row; schema is MySQL's READ ONLY = 1, which keeps muster "
	  "itself out as well, so that no migration can run meanwhile; hook takes nothing: the "
	  "application has been told, best by hooks (--hook, see rollout start), and stops by itself: "
	  "then the exit code of the hook after-close is the proof. Without --method it is privileges where "
	  "that leaves no way to write, else schema where the server has it. When the time is over, or when musterd is started anew, "
	  "the tenants are opened, with exactly the grants they had. Once more on a closed tenant "
	  "extends its time. Ways to write that stay open (accounts with global rights, routines "
	  "and events that run with such rights) are named, and nothing is closed without "
	  "--accept-holes; with --dry-run the method, the reason for it, what will prove it and the "
	  "holes are only shown, and the exit code is 1 when there are any.",
	  "muster readonly on acme --ttl 15m --reason 'move to db7'\n"
	  "muster readonly on -l region=eu --ttl 5m --reason audit --dry-run",
	  CHOSEN | BIT(TTL) | BIT(DRAIN) | BIT(AT_DEADLINE) | BIT(METHOD) | BIT(ACCEPT_HOLES) |
	  BIT(MAINTENANCE) | BIT(DRY_RUN) | BIT(HOOK),
	  0, MANY, WORDS_TENANT, false, cmd_readonly_on },
	{ "readonly off", "[NAME…]", "Open tenants for writes, now", NULL,
	  "muster readonly off acme",
	  CHOSEN, 0, MANY, WORDS_TENANT, false, cmd_readonly_off },
	{ "readonly list", "", "List the tenants that are not open for writes", NULL, NULL,
	  0, 0, 0, WORDS_NONE, false, cmd_readonly_list },

	{ "routing", "", "Say where every tenant is, at which version and in which mode",
	  "What an application or a proxy needs to send each client to the code that fits. "
	  "musterd keeps files of it with routing_files in musterd.conf.", NULL,
	  0, 0, 0, WORDS_NONE, false, cmd_routing },
	{ "routing export", "FILE", "Write that into a file for nginx, HAProxy or a program",
	  "The file is replaced whole. \"-\" is the standard output. nginx gets a map of $muster_tenant "
	  "for each of $muster_mode, $muster_version, $muster_server, $muster_schema and $muster_class; "
	  "HAProxy one line for each tenant, \"TENANT MODE|VERSION|SERVER|SCHEMA|CLASS\". What is not a "
	  "letter, a digit or one of ._~:@+-/ is written as %XX.",
	  "muster routing export --format nginx-map /etc/nginx/muster.conf",
	  BIT(MAP_FORMAT), 1, 1, WORDS_FILE, false, cmd_routing_export },

	{ "lint", "DIR", "Check a folder of migrations without any server",
	  "Reads the folder as a rollout would, and says what else is to be seen in it: what breaks "
	  "an application whose old and new version run side by side, what is hard to finish or to "
	  "undo, what another setting of the server changes. Each finding is FILE:line:column with "
	  "its level, the reason and a code. An error is refused by a rollout, too. A line "
	  "-- muster: allow=CODE reason=\"…\" in front of a statement lets one pass. The exit code is "
	  "0 without findings or with notes only, 1 with warnings, 65 with errors.",
	  "muster lint migrations/ --after 0041\n"
	  "muster lint --explain MU103\n"
	  "muster lint migrations/ -o sarif >lint.sarif",
	  BIT(FORMAT) | BIT(EXPLAIN) | BIT(AFTER), 0, 1, WORDS_FOLDER, false, cmd_lint },

	{ "plan", "DIR|RELEASE", "Say what a release would do to every tenant, and change nothing",
	  "Reads where each tenant stands and what it looks like, puts those that are alike into "
	  "classes, and runs what one of each class lacks on an empty copy of it: what each "
	  "statement changes and how, what lint says of it, which the server would refuse. What a "
	  "change needs of rows (no duplicates, no NULL, no orphans, values and characters that fit, whole "
	  "dates) is asked of every tenant, two seconds for each query, then of the first rows only. Tenants that look unlike most others at their version are shown with the difference. "
	  "How long it takes, how long writes wait and the disk that rebuilt tables need is expected "
	  "from what like statements took before in this fleet; what was never measured is said to be "
	  "unknown. A tenant whose writes would wait for longer than --stall is refused. Statements that "
	  "are cheaper split or merged, and end the same, are shown with what runs in their place, and what is "
	  "expected is expected of that; --no-rewrite leaves them as written. With "
	  "--readonly, or for a file that says -- muster: readonly=on, it is also said who could write in a "
	  "tenant all the same while it is closed, and who could not be closed; --method as for rollout start. A folder is "
	  "stored as a release first. The exit code is 0 when nothing is pending, 1 when something "
	  "is, 2 when a tenant would fail.",
	  "muster plan migrations/ -l region=eu\n"
	  "muster plan app-7 -o json | jq -r '.failing[] | .tenant + \": \" + .message'",
	  BIT(SELECTOR) | BIT(TO) | BIT(STALL) | BIT(FORMAT) | BIT(NO_REWRITE) | BIT(READONLY) | BIT(METHOD), 1, 1, WORDS_FOLDER, false, cmd_plan },

	{ "release create", "DIR", "Store a folder of migrations, for good", NULL, NULL,
	  BIT(RELEASE_NAME) | BIT(FORMAT), 1, 1, WORDS_FOLDER, false, cmd_release_create },
	{ "release list", "", "List the releases", NULL, NULL,
	  0, 0, 0, WORDS_NONE, false, cmd_release_list },
	{ "release show", "NAME", "Show the migrations of a release", NULL, NULL,
	  0, 1, 1, WORDS_RELEASE, false, cmd_release_show },

	{ "rollout start", "DIR|RELEASE", "Roll a release over tenants",
	  "A folder is checked here and stored as a release first. Without -l it goes to all "
	  "tenants. What muster plan would say is found out first and kept with the rollout (muster "
	  "rollout plan): when tenants would fail nothing starts, they are listed, and the exit code "
	  "is 2; --skip-failing leaves them out, --no-plan starts without looking. Interrupted before that is found "
	  "out, nothing starts. A server that does "
	  "not answer is no reason: its tenants wait. With --dry-run nothing is changed, and the exit code is 1 when something is "
	  "pending, 2 when something would fail. Under --strategy auto statements that the plan has shown to be "
	  "cheaper split or merged run so; --no-rewrite, or -- muster: strategy=direct in front of one, leaves them as "
	  "written. With --wait the exit code says how it ended. With --readonly (the same as --strategy "
	  "cold), or for a file that says -- muster: readonly=on or strategy=cold, each tenant is closed "
	  "for writes, worked on and opened; how long that took is shown by rollout show. A tenant that could "
	  "be written to all the same would fail, and the list says by whom; --accept-holes closes it as far as it goes. Files that say "
	  "-- muster: phase=expand, backfill or contract are phases: when what is pending has more than "
	  "one, all tenants come to the end of the first, and the rollout is gated (3 with --wait) until "
	  "it is promoted. "
	  "With --method hook nothing is taken from anybody: a hook has "
	  "the application stop. --hook has musterd run an executable of its folder of "
	  "hooks (hooks_dir in musterd.conf) at before-rollout, before-close, after-close, "
	  "before-open, after-open or after-rollout: with exit code 0 it goes on; else before-rollout "
	  "refuses the rollout, before-close and after-close fail the task, whose tenant is open "
	  "again, and the others are only told. What it printed is in task log.",
	  "muster rollout start migrations/ -l region=eu --waves '1, 5%, rest' --bake 10m --wait\n"
	  "muster rollout start app-7 --readonly --hook before-close=drain --hook after-open=undrain",
	  POLICY | WAITING, 1, 1, WORDS_FOLDER, false, cmd_rollout_start },
	{ "rollout list", "", "List the rollouts", NULL, NULL,
	  0, 0, 0, WORDS_NONE, false, cmd_rollout_list },
	{ "rollout show", "R", "Show how a rollout stands", NULL, NULL,
	  0, 1, 1, WORDS_ROLLOUT, false, cmd_rollout_show },
	{ "rollout plan", "R", "Show what was foreseen when a rollout began",
	  "The answer of muster plan as it was then, kept with the rollout.", NULL,
	  0, 1, 1, WORDS_ROLLOUT, false, cmd_rollout_plan },
	{ "rollout watch", "R", "Follow a rollout until it ends or needs a human",
	  "On a terminal the picture is drawn again in place, elsewhere each change is a line. An "
	  "interrupt ends the watching, never the rollout.", NULL,
	  BIT(TIMEOUT), 1, 1, WORDS_ROLLOUT, false, cmd_rollout_watch },
	{ "rollout pause", "R", "Start nothing new; running statements end", NULL, NULL,
	  SETTING | BIT(NOW), 1, 1, WORDS_ROLLOUT, false, cmd_rollout_verb },
	{ "rollout resume", "R", "Go on with a paused rollout", NULL, NULL,
	  SETTING | WAITING, 1, 1, WORDS_ROLLOUT, false, cmd_rollout_verb },
	{ "rollout promote", "R", "Open the gate in front of the next wave or phase",
	  "Between two phases (expand, backfill, contract) the tenants that are through the earlier one "
	  "begin the next, in the same waves. Whoever has failed or is held stays behind and needs "
	  "another promote when it has caught up; rollout skip leaves one out.", NULL,
	  SETTING | WAITING | BIT(FULL), 1, 1, WORDS_ROLLOUT, false, cmd_rollout_verb },
	{ "rollout abort", "R", "End a rollout where it is", NULL, NULL,
	  SETTING, 1, 1, WORDS_ROLLOUT, false, cmd_rollout_verb },
	{ "rollout retry", "R", "Try failed tenants again, from the statement that failed",
	  "Also those that the rollout holds itself, as they drifted or would be closed for too long: they "
	  "are looked at again first. Whoever an operator holds waits for muster tenant release.",
	  "muster rollout retry r12 -t acme",
	  SETTING | WAITING | BIT(TENANT), 1, 1, WORDS_ROLLOUT, false, cmd_rollout_verb },
	{ "rollout skip", "R", "Leave one tenant out of a rollout", NULL,
	  "muster rollout skip r12 -t acme --reason 'moves to another server'",
	  SETTING | BIT(TENANT), 1, 1, WORDS_ROLLOUT, false, cmd_rollout_verb },
	{ "rollout set", "R KEY=VALUE…", "Change the limits of a rollout while it runs",
	  "Keys: budget, running, per-server, priority, stall, bake, max-closed, window. A bake time "
	  "holds for a wave that bakes already, too, from when it began to.",
	  "muster rollout set r12 running=8 budget=5%",
	  SETTING, 1, MANY, WORDS_ROLLOUT, false, cmd_rollout_set },

	{ "task list", "R", "List the tasks of a rollout, one for each tenant", NULL,
	  "muster task list r12 --state failed",
	  BIT(STATE), 1, 1, WORDS_ROLLOUT, false, cmd_task_list },
	{ "task show", "R/TENANT", "Show one task", NULL, NULL,
	  0, 1, 1, WORDS_TASK, false, cmd_task_show },
	{ "task log", "R/TENANT", "Show what has happened to a task, and what its hooks have printed",
	  "Of a rollout itself with R alone.",
	  "muster task log r12/acme\nmuster task log r12",
	  0, 1, 1, WORDS_TASK, false, cmd_task_log },
	{ "task kill", "R/TENANT", "Stop the statement that a task runs", NULL, NULL,
	  BIT(REASON), 1, 1, WORDS_TASK, false, cmd_task_kill },
	{ "task resolve", "R/TENANT", "Say how a task in doubt ended, after looking",
	  "A task is in doubt when the link broke while a statement ran and muster could not find "
	  "out what became of it. One that has failed is settled so, too, when the rest of its file "
	  "was done by hand.", NULL,
	  BIT(AS) | BIT(REASON), 1, 1, WORDS_TASK, false, cmd_task_resolve },

	{ "throttle show", "[SERVER]", "Say how loaded the servers are, and what that does",
	  "One line for each server, or everything about one: slots, each signal with value, limits, "
	  "age and consequence, since when, and how long it was paused in all, by reason. Looking "
	  "has the server sampled for a minute, also when no rollout uses it.",
	  "muster throttle show\nmuster throttle show db1",
	  BIT(SERVER), 0, 1, WORDS_SERVER, false, cmd_throttle_show },
	{ "throttle set", "[SERVER] SIGNAL KEY=VALUE…", "Change the limits of a signal, or add one",
	  "Keys: soft (fewer slots), hard (nothing starts), critical (what can be stopped is "
	  "stopped); \"=-\" takes a limit away. A signal of your own is sql:NAME with query=SELECT…, "
	  "which must give one number, http:NAME with url=URL (200 is go), or file:NAME with "
	  "path=FILE (go while it is not there); \"=-\" ends it. Without a server it holds for all "
	  "of them that give the signal; of a server that is named it is relied on: one that does not "
	  "give it is paused. With --ratio only a share of the slots may be used for a while.",
	  "muster throttle set db1 threads_running hard=50\n"
	  "muster throttle set sql:jobs query='select count(*) from ops.jobs' soft=10 hard=50\n"
	  "muster throttle set db1 --ratio 0.5 --for 30m",
	  BIT(SERVER) | BIT(RATIO) | BIT(SPAN) | BIT(REASON), 0, MANY, WORDS_SERVER, false,
	  cmd_throttle_set },
	{ "throttle hold", "[SERVER]", "Start nothing on a server for a while", NULL,
	  "muster throttle hold db1 --for 30m --reason 'backup'",
	  BIT(SERVER) | BIT(SPAN) | BIT(REASON), 0, 1, WORDS_SERVER, false, cmd_throttle_hold },
	{ "throttle release", "[SERVER]", "End hold, ratio and exemptions of a server", NULL, NULL,
	  BIT(SERVER) | BIT(REASON), 0, 1, WORDS_SERVER, false, cmd_throttle_release },
	{ "throttle exempt", "[SERVER] SIGNAL", "Pass over one signal for a while",
	  "Its value is still shown, also when it is silent, and does nothing.",
	  "muster throttle exempt db1 lag --for 10m --reason 'the replica is being rebuilt'",
	  BIT(SERVER) | BIT(SPAN) | BIT(REASON), 1, 2, WORDS_SERVER, false, cmd_throttle_exempt },
	{ "throttle label", "[K=V N|-]", "Say or set how many tenants with a label are worked on at once",
	  "Over all servers and rollouts together. \"-\" takes the limit away.",
	  "muster throttle label tier=gold 2\nmuster throttle label",
	  BIT(REASON), 0, 2, WORDS_NONE, false, cmd_throttle_label },

	{ "pause", "", "Pause every rollout, now", NULL, NULL,
	  BIT(REASON) | BIT(NOW), 0, 0, WORDS_NONE, false, cmd_everything },
	{ "resume", "", "Go on with every paused rollout", NULL, NULL,
	  BIT(REASON), 0, 0, WORDS_NONE, false, cmd_everything },
	{ "doctor", "", "Say what disagrees, and how to settle it",
	  "Asks every server and reads the history of every tenant: what is in doubt, failed, "
	  "unfinished, regressed, vanished, never open or not enrolled, servers that are down or that "
	  "another daemon works on, missing privileges. What an earlier daemon has left closed for writes is opened; "
	  "nothing else is changed on any server. The exit code is 1 "
	  "when something disagrees.",
	  "muster doctor -o json | jq -r '.[].help'",
	  0, 0, 0, WORDS_NONE, false, cmd_doctor },
	{ "events", "", "Who did what, and why", NULL, "muster events -f --rollout r12",
	  BIT(FOLLOW) | BIT(SINCE) | BIT(ROLLOUT), 0, 0, WORDS_NONE, false, cmd_events },
	{ "wait", "OBJECT", "Wait until something is in a state",
	  "OBJECT is a rollout (r12 or rollout/r12), a task (r12/acme or task/r12/acme), server/NAME "
	  "or tenant/NAME; a tenant's state is its mode or its version. The exit code is 1 when the state can no longer come, "
	  "5 when the time is over.",
	  "muster wait r12 --for done,failed --timeout 1h",
	  BIT(FOR) | BIT(TIMEOUT), 1, 1, WORDS_ROLLOUT, false, cmd_wait },

	{ "completion", "bash|zsh|fish", "Print the completion script of a shell", NULL,
	  ". <(muster completion bash)",
	  0, 1, 1, WORDS_NONE, false, cmd_completion },
	{ "version", "", "Print the versions of muster and musterd", NULL, NULL,
	  0, 0, 0, WORDS_NONE, false, cmd_version },
	{ "help", "[COMMAND]", "Explain a command", NULL, NULL,
	  0, 0, 2, WORDS_NONE, false, cmd_help },
	{ "man", "[COMMAND]", "Print the manual as roff", NULL, NULL,
	  0, 0, 2, WORDS_NONE, true, cmd_man },
	{ 0 },
};
/* clang-format on */
