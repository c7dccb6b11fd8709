export function sweepSelftests() {}
