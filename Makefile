# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
# make deps | make | make demo | make check | make vm-check | make proof | make bench | make bench-peers | make plots | make soak | make lint | make install
B ?= build
CC = gcc
SAN ?=
OPT ?= -O2 -g
WERROR ?=
PREFIX ?= /usr/local

WARN = -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes -Wmissing-prototypes -Wvla \
	-Wformat=2 -Wundef -Wpointer-arith -Wcast-qual -Wwrite-strings $(WERROR)
HARDEN = $(if $(SAN),,-D_FORTIFY_SOURCE=3) -fstack-protector-strong
CFLAGS = -std=gnu17 $(OPT) $(WARN) $(HARDEN) $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
# Builds with a sanitizer watch that media threads neither allocate nor lock nor block: gw/base/strict.c.
STRICT = $(filter address thread,$(subst $(comma), ,$(SAN)))
comma = ,
FORBIDDEN_THREADS = pthread_mutex_lock pthread_mutex_timedlock pthread_mutex_clocklock pthread_rwlock_rdlock \
	pthread_rwlock_timedrdlock pthread_rwlock_wrlock pthread_rwlock_timedwrlock pthread_spin_lock pthread_barrier_wait \
	pthread_cond_wait pthread_cond_timedwait pthread_cond_clockwait pthread_cond_signal pthread_cond_broadcast \
	pthread_create pthread_join sem_wait sem_timedwait sem_clockwait uv_mutex_lock uv_rwlock_rdlock uv_rwlock_wrlock \
	uv_cond_wait uv_cond_timedwait uv_sem_wait uv_thread_join uv_run uv_async_send uv_sleep sleep usleep nanosleep \
	clock_nanosleep pause sigwait sigwaitinfo sigtimedwait sigsuspend fork wait waitpid poll ppoll select pselect
FORBIDDEN_FILES = close socket socketpair pipe pipe2 dup dup2 eventfd timerfd_create epoll_create1 flock fsync \
	fdatasync ftruncate stat lstat access unlink rename mkdir readlink opendir readdir closedir mmap munmap fopen fdopen \
	freopen fclose fflush fread fwrite fgets fgetc fputs fputc puts putchar getline vprintf vfprintf vdprintf perror \
	vsyslog getaddrinfo freeaddrinfo gethostbyname getpwnam getgrnam localtime_r gmtime_r mktime printf \
	fprintf dprintf syslog open openat
FORBIDDEN_BLOCKING = read write readv writev recv send recvfrom sendto recvmsg sendmsg recvmmsg sendmmsg accept4 \
	accept connect epoll_wait
FORBIDDEN = $(FORBIDDEN_THREADS) $(FORBIDDEN_FILES) $(FORBIDDEN_BLOCKING)
CPPFLAGS = -I. -D_GNU_SOURCE $(if $(STRICT),-DSTRICT)
LDFLAGS = $(if $(SAN),-fsanitize=$(SAN)) -Wl,--as-needed $(if $(STRICT),$(FORBIDDEN:%=-Wl,--wrap=%))
LDLIBS = -lspandsp -ltonezone -lss7 -luv -lconfuse -ljansson -lcares -lcrypto -lm -lpthread

# What each folder's code may use: the dependency table of the architecture, which tests/lint/folders checks on #include lines.
FOLDERS = gw/base gw/dns conf gw/route tdm dsp isup isup/mtp gw/media gw/call gw/sip gw/pstn gw/mgmt gw/cdr gw/exchange gw/selftest gw/main
uses_gw/base =
uses_gw/dns = gw/base
uses_conf = dsp gw/base
uses_gw/route = conf dsp gw/base
uses_tdm = gw/base
uses_dsp =
uses_isup = isup/mtp gw/base
uses_isup/mtp = gw/base
uses_gw/media = dsp tdm gw/base
uses_gw/call = gw/route gw/media dsp tdm conf gw/base
uses_gw/sip = gw/call gw/route gw/media gw/dns dsp tdm conf gw/base
uses_gw/pstn = gw/call gw/route gw/media isup/mtp isup dsp tdm conf gw/base
uses_gw/mgmt = gw/call gw/route gw/media dsp tdm conf gw/base
uses_gw/cdr = gw/call gw/route gw/media dsp tdm conf gw/base
uses_gw/exchange = isup/mtp isup gw/media dsp tdm conf gw/base
uses_gw/selftest = gw/call gw/route gw/media isup/mtp isup dsp tdm conf gw/base
uses_gw/main = gw/selftest gw/mgmt gw/cdr gw/sip gw/pstn gw/call gw/route gw/media gw/dns isup/mtp isup dsp tdm conf gw/base

# A file named *_main.c holds a program's main() and belongs to no archive.
sources = $(filter-out %_main.c,$(wildcard $(1)/*.c))
archive = $(B)/lib/$(subst /,_,$(1)).a
archives = $(foreach f,$(1) $(uses_$(1)),$(if $(call sources,$(f)),$(call archive,$(f))))
objects = $(patsubst %.c,$(B)/obj/%.o,$(1))

PROGRAMS = $(B)/causeway $(B)/causeway-exchange $(B)/causewayctl
all: $(PROGRAMS)

define folder_rules
$(call archive,$(1)): $(call objects,$(call sources,$(1)))
	@mkdir -p $$(@D)
	@rm -f $$@
	$(Q)ar rcs $$@ $$^
endef
$(foreach f,$(FOLDERS),$(eval $(call folder_rules,$(f))))

V ?= 0
Q = $(if $(filter 0,$(V)),@)
$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	@$(if $(filter 0,$(V)),echo "CC $<")
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

link = $(Q)$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LDLIBS)

# --export-dynamic: the wall around libss7 replaces entry points that the library calls through its PLT.
$(B)/causeway: LDFLAGS += -Wl,--export-dynamic
$(B)/causeway: $(B)/obj/gw/main/causeway_main.o $(call archives,gw/main)
	$(link)
$(B)/causeway-exchange: LDFLAGS += -Wl,--export-dynamic
$(B)/causeway-exchange: $(B)/obj/gw/exchange/exchange_main.o $(call archives,gw/exchange)
	$(link)
$(B)/causewayctl: LDLIBS += -ledit
$(B)/causewayctl: $(B)/obj/gw/mgmt/causewayctl_main.o $(call archives,gw/mgmt)
	$(link)

# Unit tests: tests/unit/FOLDER/NAME_test.c is a program that links the archives of FOLDER.
unit_sources = $(wildcard tests/unit/$(1)/*_test.c)
unit_programs = $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(call unit_sources,$(1)))
define unit_rules
$(call unit_programs,$(1)): LDFLAGS += -Wl,--export-dynamic
$(call unit_programs,$(1)): $(B)/tests/unit/%: $(B)/obj/tests/unit/%.o $(B)/obj/tests/unit/cu.o $(sort $(call archives,$(1)) $(call archive,gw/base))
	@mkdir -p $$(@D)
	$$(link) -lcunit
.PHONY: unit-$(subst /,_,$(1))
unit-$(subst /,_,$(1)): $(call unit_programs,$(1))
	@set -e; for t in $$^; do echo "== $$$$t"; $$$$t; done
endef
$(foreach f,$(FOLDERS),$(eval $(call unit_rules,$(f))))
UNIT_PROGRAMS = $(foreach f,$(FOLDERS),$(call unit_programs,$(f)))

# The page that two fax machines of SpanDSP send each other.
$(B)/tests/unit/gw/media/fax_test: LDLIBS += -ltiff

# libss7's ISUP as the other exchange, its scheduler and MTP replaced by entry points of ours.
LIBSS7_ISUP = $(B)/obj/tests/peers/libss7_isup.o
$(B)/tests/unit/isup/libss7_test $(B)/tests/bench/isup_call: $(LIBSS7_ISUP)
$(B)/tests/bench/isup_call: LDFLAGS += -Wl,--export-dynamic

# Peers that none of our signalling code is in.
$(B)/tests/peers/%: $(B)/obj/tests/peers/%.o $(call archives,tdm)
	@mkdir -p $(@D)
	$(link)
peers: $(B)/tests/peers/libss7_exchange

# Suites that run in a virtual machine with the real DAHDI driver: tests/vm/suites/NAME_test.c.
VM_PROGRAMS = $(patsubst %.c,$(B)/%,$(wildcard tests/vm/suites/*_test.c))
$(VM_PROGRAMS): LDFLAGS += -Wl,--export-dynamic
$(VM_PROGRAMS): $(B)/%: $(B)/obj/%.o $(B)/obj/tests/unit/cu.o $(call archives,gw/media)
	@mkdir -p $(@D)
	$(link) -lcunit
vm-programs: $(VM_PROGRAMS)

$(B)/tests/tools/isup_print: $(call archives,isup)
$(B)/tests/tools/%: $(B)/obj/tests/tools/%.o $(call archives,dsp) $(call archive,gw/base)
	@mkdir -p $(@D)
	$(link)
tools: $(B)/tests/tools/compare_audio $(B)/tests/tools/isup_print $(B)/tests/tools/impair

# Benchmarks: tests/bench/NAME.c prints tab-separated rows (bench, name, value, unit, reference, its value, ratio).
BENCHES = $(patsubst tests/bench/%.c,$(B)/tests/bench/%,$(wildcard tests/bench/*.c))
all_archives = $(foreach f,gw/main $(uses_gw/main) gw/exchange,$(if $(call sources,$(f)),$(call archive,$(f))))
$(BENCHES): $(B)/tests/bench/%: $(B)/obj/tests/bench/%.o $(all_archives)
	@mkdir -p $(@D)
	$(link)

benches: $(BENCHES)
bench: $(BENCHES)
	@for b in $(BENCHES); do $$b || exit 1; done

# Pictures of how signals are treated, drawn with gnuplot from what the benchmarks and tests/plots/*_plot trace.
$(B)/tests/plots/%_plot: $(B)/obj/tests/plots/%_plot.o $(call archives,dsp)
	@mkdir -p $(@D)
	$(link)
$(B)/plots/jitter.tsv: $(B)/tests/plots/jitter_plot
	@mkdir -p $(@D)
	@$< >$@
$(B)/plots/convergence.tsv $(B)/plots/doubletalk.tsv: $(B)/plots/%.tsv: $(B)/tests/bench/echo_canceller
	@mkdir -p $(@D)
	@$< --trace $* >$@
$(B)/plots/jitter.png: $(B)/plots/jitter.tsv tests/plots/jitter.gp
	@gnuplot -e "in='$<'; out='$@'" tests/plots/jitter.gp
$(B)/plots/convergence.png: what = Convergence, 128 ms: composite source signal of -10 dBm0, ERL 6 dB, A-law, mean of 16 lines
$(B)/plots/convergence.png: both = 0
$(B)/plots/doubletalk.png: what = Double talk at 0 dB, 128 ms: composite source signal of -10 dBm0, ERL 6 dB, A-law, mean of 16 lines
$(B)/plots/doubletalk.png: both = 1
$(B)/plots/convergence.png $(B)/plots/doubletalk.png: $(B)/plots/%.png: $(B)/plots/%.tsv tests/plots/echo.gp
	@gnuplot -e "in='$<'; out='$@'; what='$(what)'; both=$(both)" tests/plots/echo.gp

PLOTS = $(patsubst %,$(B)/plots/%.png,convergence doubletalk jitter)
plots:
	@tests/deps $(BUILD_PACKAGES) $(PLOT_PACKAGES)
	@$(MAKE) --no-print-directory -j2 $(PLOTS)
	@echo "drawn: $(PLOTS)"

# An hour of a thousand channels.
SOAK_SECONDS ?= 3600
$(B)/tests/soak/%: $(B)/obj/tests/soak/%.o $(call archives,gw/media)
	@mkdir -p $(@D)
	$(link)
soak: $(B)/tests/soak/media_soak
	@SOAK_SECONDS=$(SOAK_SECONDS) $<

# What the benchmarks compare with.
PEER_PACKAGES = rtpengine-daemon osmo-mgw libspeexdsp-dev
bench-peers:
	@tests/bench/install-peers $(PEER_PACKAGES)

# Fuzz targets: tests/fuzz/NAME_fuzz.c with clang's libFuzzer; sources are compiled anew with its instrumentation.
FUZZ_SECONDS ?= 20
FUZZERS = $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(wildcard tests/fuzz/*_fuzz.c))
fuzz_sources = $(call sources,gw/base) $(wildcard isup/msg*.c isup/param*.c isup/print*.c \
	isup/variant*.c isup/compat.c isup/segment.c isup/body.c) $(filter-out \
	$(foreach n,leg ua keepalive transport transaction locate dialog,gw/sip/$(n)%),$(call sources,gw/sip))
$(B)/fuzz/enum_fuzz: gw/dns/enum_rule.c gw/dns/ere.c gw/dns/ttl.c
$(B)/fuzz/isup_sequence_fuzz: $(filter-out $(fuzz_sources),$(call sources,isup)) isup/mtp/mtp.c
$(FUZZERS): $(B)/fuzz/%: tests/fuzz/%.c $(fuzz_sources)
	@mkdir -p $(@D)
	$(Q)clang -std=gnu17 -g -O1 $(CPPFLAGS) -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
		-o $@ $^ -luv -ljansson -lcrypto -lm -lpthread

fuzz: $(FUZZERS)
	@set -e; for f in $(FUZZERS); do tests/fuzz/run $$f $(FUZZ_SECONDS); done

# What Debian 12 needs beside gcc and make: to build, and to test.
BUILD_PACKAGES = libuv1-dev libss7-dev libspandsp-dev libtonezone-dev libconfuse-dev libjansson-dev libedit-dev libc-ares-dev libssl-dev
TEST_PACKAGES = libcunit1-dev libtiff-dev sip-tester baresip-core kamailio dnsmasq-base tshark espeak-ng clang clang-format clang-tidy \
	libclang-rt-14-dev python3-minimal python3
PLOT_PACKAGES = gnuplot-nox libspeexdsp-dev
deps:
	@tests/deps $(BUILD_PACKAGES) $(TEST_PACKAGES)

demo: deps
	@$(MAKE) --no-print-directory -j2 all tools
	@tests/demo/demo $(B)

check: deps
	@tests/check/check

vm-check: deps
	@tests/vm/check

vm-check-full: deps
	@tests/vm/check --full

proof: deps
	@tests/check/proof

lint:
	@python3 tests/lint/lint.py $(B)
	@python3 tests/lint/manual.py $(B)
	@tests/lint/format
	@tests/lint/tidy

install: all
	install -D -m 755 $(B)/causeway $(DESTDIR)$(PREFIX)/sbin/causeway
	install -D -m 755 $(B)/causeway-exchange $(DESTDIR)$(PREFIX)/sbin/causeway-exchange
	install -D -m 755 $(B)/causewayctl $(DESTDIR)$(PREFIX)/bin/causewayctl
	install -D -m 640 conf/examples/causeway.conf $(DESTDIR)/etc/causeway/causeway.conf.example
	install -D -m 644 docs/causeway.8 $(DESTDIR)$(PREFIX)/share/man/man8/causeway.8
	install -D -m 644 docs/causeway-exchange.8 $(DESTDIR)$(PREFIX)/share/man/man8/causeway-exchange.8
	install -D -m 644 docs/causewayctl.1 $(DESTDIR)$(PREFIX)/share/man/man1/causewayctl.1
	install -D -m 644 docs/causeway.conf.5 $(DESTDIR)$(PREFIX)/share/man/man5/causeway.conf.5

unit: $(UNIT_PROGRAMS)
# Those with threads of their own, for TSan.
unit-programs-threads: $(foreach f,gw/base tdm gw/media,$(call unit_programs,$(f)))

clean:
	rm -rf build build-*

.PHONY: all unit unit-programs-threads vm-programs peers tools benches bench bench-peers plots soak fuzz deps demo check vm-check vm-check-full proof lint install clean
.SECONDARY:
-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)
