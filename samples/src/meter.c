/* A module that fits: it holds `chain` by value, which never changes, and only points to `machine`, which does. */
#include "kernel.h"
#include "module.h"

MODULE("meter");

struct meter {
	struct chain link;
	struct machine *machine;
	const struct machine_ops *ops;
	enum power_state seen;
	struct {
		u64 sum;
		u32 count;
	} total;
};

static struct meter the_meter;

/* Called by BPF programs. */
u64 meter_read(struct meter *meter)
{
	return meter->total.count ? meter->total.sum / meter->total.count : 0;
}

int meter_reset(struct meter *meter, u32 mask)
{
	meter->total.sum &= mask;
	meter->total.count = 0;
	return 0;
}

KFUNCS_BEGIN(meter_kfuncs);
KFUNC(meter_reset, 1, 0);
KFUNC(meter_read, 2, 0);
KFUNCS_END(meter_kfuncs);

static int on_reading(struct machine *machine, void *to)
{
	the_meter.seen = machine_state(machine);
	the_meter.total.count++;
	return to != 0;
}

int init_module(void)
{
	the_meter.machine = machine_find(1);
	return machine_watch(the_meter.machine, on_reading);
}

void cleanup_module(void)
{
	the_meter.machine->ops->stop(the_meter.machine);
}
