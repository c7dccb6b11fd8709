/* A module that does not fit on kernel B, for three reasons: a struct that it embeds grew, one is gone, char lost its sign. */
#include "kernel.h"
#include "module.h"

MODULE("pump");

int alarm_set(struct alarm *alarm, u64 due);

struct pump {
	struct latch latch;
	struct machine *machine;
	struct alarm *overheat;
	char label[16];
};

static struct pump the_pump;

static void on_overheat(struct alarm *alarm)
{
	the_pump.latch.waiters++;
	alarm->due++;
}

int pump_start(struct pump *pump, u32 level)
{
	pump->overheat->ring = on_overheat;
	return pump->label[level % 16] + alarm_set(pump->overheat, 100);
}

int init_module(void)
{
	the_pump.machine = machine_find(2);
	return pump_start(&the_pump, 0);
}

void cleanup_module(void)
{
	the_pump.machine = 0;
}
