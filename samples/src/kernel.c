#include "kernel.h"

#ifdef KERNEL_B
#define RELEASE "6.99.2-sample"
#else
#define RELEASE "6.99.1-sample"
#endif

/* Where tools look for the release of a vmlinux. */
const char linux_banner[] = "Linux version " RELEASE " (btfx samples) #1\n";

static struct machine *first;
static reading_fn watcher;

#ifdef KERNEL_B
struct sluice main_sluice;

u64 sluice_open(struct sluice *sluice)
{
	return ++sluice->opened;
}
#else
int alarm_set(struct alarm *alarm, u64 due)
{
	alarm->due = due;
	alarm->ring(alarm);
	return 0;
}
#endif

int machine_register(struct machine *machine, const struct machine_ops *ops)
{
	machine->ops = ops;
	first = machine;
	return ops->start(machine, machine->level);
}

struct machine *machine_find(u64 serial)
{
	return first && first->serial == serial ? first : 0;
}

int machine_watch(struct machine *machine, reading_fn reading)
{
	watcher = reading;
	return watcher(machine, 0);
}

enum power_state machine_state(const struct machine *machine)
{
	return machine->state;
}

const char *machine_name(const struct machine *machine)
{
	return machine->locked ? "locked" : "free";
}

/* The linker's entry. */
void start_kernel(void)
{
	for (;;)
		;
}
