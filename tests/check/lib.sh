# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
# Steps with a name: each prints its last lines, counts as passed or failed, and keeps its whole output in a log.
logs=build-check/log
mkdir -p "$logs"
passed=0
failed=0
names=

# step NAME COMMAND...: runs it; prints what matters of its output.
step() {
	name=$1
	shift
	start=$(date +%s)
	log=$logs/$(echo "$name" | tr ' /' '__').log
	if "$@" >"$log" 2>&1; then
		passed=$((passed + 1))
		result=ok
	else
		failed=$((failed + 1))
		result=FAILED
	fi
	echo "$result  $name ($(($(date +%s) - start)) s)"
	grep -E '^ +(suites|tests|asserts) +[0-9]' "$log" | summary
	if [ $result = FAILED ]; then
		names="$names, $name"
		echo "---- what failed in $log"
		grep -aE -A4 '^(FAILED|not ok)|ERROR: |runtime error|CU_ASSERT' "$log" | head -40
		echo "---- its last lines"
		tail -30 "$log"
		echo "----"
	fi
}

# CUnit's summaries of many programs, added up in CUnit's own form.
summary() {
	awk '$1=="suites"{s+=$2;sr+=$3} $1=="tests"{t+=$2;tr+=$3;tp+=$4;tf+=$5} $1=="asserts"{a+=$2;ap+=$4;af+=$5}
	END { if (t) {
		printf "      Run Summary:    Type  Total    Ran Passed Failed Inactive\n"
		printf "                    suites %6d %6d    n/a      0        0\n", s, sr
		printf "                     tests %6d %6d %6d %6d        0\n", t, tr, tp, tf
		printf "                   asserts %6d %6d %6d %6d      n/a\n", a, a, ap, af } }'
}

finish() {
	echo
	echo "$passed passed, $failed failed${names:+:${names#,}}"
	[ $failed = 0 ]
}
