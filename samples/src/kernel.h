/*
 * The types of a kernel of ours, in two releases: KERNEL_B is the later one. Nothing of Linux is in here but its manner.
 *
 * From A to B: `machine` grows and changes places (it is only ever pointed to), `latch` grows (`pump` embeds it),
 * `alarm` is gone, and B is compiled with -funsigned-char, as Linux is since 6.2.
 */
#ifndef KERNEL_H
#define KERNEL_H

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef _Bool bool;

/* Never changes: modules may hold it by value. */
struct chain {
	struct chain *next, *prev;
};

#ifdef KERNEL_B
struct sluice {
	struct chain gates;
	u64 opened;
};
#endif

struct latch {
	u32 owner;
	u32 waiters;
#ifdef KERNEL_B
	u64 since;
#endif
};

enum power_state {
	POWER_OFF,
	POWER_IDLE,
#ifdef KERNEL_B
	POWER_SLEEP,
#endif
	POWER_ON,
};

struct machine;

struct machine_ops {
	int (*start)(struct machine *machine, u32 level);
	void (*stop)(struct machine *machine);
#ifdef KERNEL_B
	void (*sleep)(struct machine *machine, struct sluice *sluice);
#endif
};

struct machine {
	struct chain link;
#ifdef KERNEL_B
	struct sluice *sluice;
#endif
	const struct machine_ops *ops;
	enum power_state state;
	u32 locked : 1, failed : 1, level : 6;
	union {
		u64 serial;
		u8 raw[8];
	};
	struct latch latch;
};

#ifndef KERNEL_B
struct alarm {
	struct chain link;
	u64 due;
	void (*ring)(struct alarm *alarm);
};
#endif

typedef int (*reading_fn)(struct machine *machine, void *to);

int machine_register(struct machine *machine, const struct machine_ops *ops);
struct machine *machine_find(u64 serial);
int machine_watch(struct machine *machine, reading_fn reading);
enum power_state machine_state(const struct machine *machine);
const char *machine_name(const struct machine *machine);

#endif
