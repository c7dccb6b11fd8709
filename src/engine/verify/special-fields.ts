import type { Kernel } from "./kernel.ts";
import type { Types } from "./record.ts";
import type { Report } from "./report.ts";
export function checkSpecialFields(_types: Types, _kernel: Kernel, _report: Report): void {}
