import type { Known } from "./known.ts";

/** How many bytes a helper takes: what a register holds, a key or a value of the map in r1, or a number. */
type Extent = { readonly register: number } | "key" | "value" | number;

/** An argument of a helper that is memory. */
export interface MemoryArgument {
  readonly register: number;
  readonly extent: Extent;
  /** Whether the helper fills it; else it only reads it. */
  readonly isWritten: boolean;
}

/** Bytes of a key and a value of a map, where they are known. */
export interface MapSizes {
  readonly key?: number;
  readonly value?: number;
}

const reads = (register: number, extent: Extent): MemoryArgument => ({ register, extent, isWritten: false });
const writes = (register: number, extent: Extent): MemoryArgument => ({ register, extent, isWritten: true });
/** The unit that the register after it counts. */
const counted = (register: number): Extent => ({ register: register + 1 });

const FILLS_FIRST = [writes(1, counted(1))];
const FILLS_SECOND = [writes(2, counted(2))];
const FILLS_THIRD = [writes(3, counted(3))];
const READS_FIRST = [reads(1, counted(1))];
const READS_SECOND = [reads(2, counted(2))];

/** The helpers that programs hand memory to most, by number (linux/bpf.h, `bpf_func_proto` of each in the kernel). */
const HELPERS: ReadonlyMap<number, readonly MemoryArgument[]> = new Map([
  [1, [reads(2, "key")]], // map_lookup_elem
  [2, [reads(2, "key"), reads(3, "value")]], // map_update_elem
  [3, [reads(2, "key")]], // map_delete_elem
  [4, FILLS_FIRST], // probe_read
  [6, READS_FIRST], // trace_printk
  [9, [reads(3, counted(3))]], // skb_store_bytes
  [16, FILLS_FIRST], // get_current_comm
  [20, FILLS_SECOND], // skb_get_tunnel_key
  [21, READS_SECOND], // skb_set_tunnel_key
  [25, [reads(4, counted(4))]], // perf_event_output
  [26, FILLS_THIRD], // skb_load_bytes
  [28, [reads(1, counted(1)), reads(3, counted(3))]], // csum_diff
  [29, FILLS_SECOND], // skb_get_tunnel_opt
  [30, READS_SECOND], // skb_set_tunnel_opt
  [36, [reads(2, counted(2))]], // probe_write_user
  [45, FILLS_FIRST], // probe_read_str
  [49, [reads(4, counted(4))]], // setsockopt
  [55, FILLS_THIRD], // perf_event_read_value
  [56, FILLS_SECOND], // perf_prog_read_value
  [57, [writes(4, counted(4))]], // getsockopt
  [67, FILLS_SECOND], // get_stack
  [68, FILLS_THIRD], // skb_load_bytes_relative
  [69, FILLS_SECOND], // fib_lookup
  [84, READS_SECOND], // sk_lookup_tcp
  [85, READS_SECOND], // sk_lookup_udp
  [87, [reads(2, "value")]], // map_push_elem
  [88, [writes(2, "value")]], // map_pop_elem
  [89, [writes(2, "value")]], // map_peek_elem
  [99, READS_SECOND], // skc_lookup_tcp
  [105, [reads(1, counted(1)), writes(4, 8)]], // strtol
  [106, [reads(1, counted(1)), writes(4, 8)]], // strtoul
  [111, [reads(4, counted(4))]], // skb_output
  [112, FILLS_FIRST], // probe_read_user
  [113, FILLS_FIRST], // probe_read_kernel
  [114, FILLS_FIRST], // probe_read_user_str
  [115, FILLS_FIRST], // probe_read_kernel_str
  [120, FILLS_THIRD], // get_ns_current_pid_tgid
  [121, [reads(4, counted(4))]], // xdp_output
  [126, [reads(2, counted(2)), reads(4, counted(4))]], // seq_printf
  [127, READS_SECOND], // seq_write
  [130, READS_SECOND], // ringbuf_output
  [141, FILLS_SECOND], // get_task_stack
  [147, FILLS_SECOND], // d_path
  [148, FILLS_FIRST], // copy_from_user
  [149, [writes(1, counted(1)), reads(3, counted(3))]], // snprintf_btf
  [165, [writes(1, counted(1)), reads(4, counted(4))]], // snprintf
  [177, [reads(1, counted(1)), reads(3, counted(3))]], // trace_vprintk
  [182, READS_FIRST], // strncmp
  [189, FILLS_THIRD], // xdp_load_bytes
  [190, [reads(3, counted(3))]], // xdp_store_bytes
  [191, FILLS_FIRST], // copy_from_user_task
  [195, [reads(2, "key")]], // map_lookup_percpu_elem
]);

/** The memory that is passed to a helper; undefined for helpers that btfx does not know. */
export function memoryOf(helper: number): readonly MemoryArgument[] | undefined {
  return HELPERS.get(helper);
}

/** Bytes of an argument, given the registers and the map in r1; undefined if that is not known. */
export function bytesOfArgument(
  { extent }: MemoryArgument,
  regs: readonly Known[],
  map: MapSizes | undefined,
): number | undefined {
  if (typeof extent === "number") return extent;
  if (extent === "key" || extent === "value") return map?.[extent];
  const size = regs[extent.register];
  return typeof size === "bigint" && size <= 0xffffn ? Number(size) : undefined;
}
