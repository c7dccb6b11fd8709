/* Runs in the guest: loads each BTF of a file (u32 count, then u32 length and bytes of each) as BPF_BTF_LOAD, and prints
 * its number, the errno (0 if it was taken) and the last lines of the log, bytes that are not printable as \xNN: a name with
 * line feeds makes several lines of one. */
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static char log_text[1 << 24];

static unsigned read_u32(FILE *file)
{
	unsigned value = 0;
	if (fread(&value, sizeof(value), 1, file) != 1)
		exit(2);
	return value;
}

#define MOST_LINES 100

static void print_last_lines(void)
{
	size_t end = strlen(log_text);
	if (end > 0 && log_text[end - 1] == '\n')
		log_text[--end] = 0;
	size_t start = end;
	for (int lines = 0; start > 0; start--)
		if (log_text[start - 1] == '\n' && ++lines == MOST_LINES)
			break;
	for (const unsigned char *at = (const unsigned char *)log_text + start; *at; at++) {
		if (*at == '\t' || (*at >= 0x20 && *at < 0x7f && *at != '\\'))
			putchar(*at);
		else
			printf("\\x%02x", *at);
	}
}

int main(int argc, char **argv)
{
	FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
	if (!file)
		return 2;
	unsigned count = read_u32(file);
	for (unsigned i = 0; i < count; i++) {
		unsigned size = read_u32(file);
		char *bytes = malloc(size + 1);
		if (!bytes || fread(bytes, 1, size, file) != size)
			return 2;
		union bpf_attr attr;
		memset(&attr, 0, sizeof(attr));
		attr.btf = (unsigned long)bytes;
		attr.btf_size = size;
		attr.btf_log_buf = (unsigned long)log_text;
		attr.btf_log_size = sizeof(log_text);
		attr.btf_log_level = 1;
		log_text[0] = 0;
		long fd = syscall(SYS_bpf, BPF_BTF_LOAD, &attr, sizeof(attr));
		printf("%u %d ", i, fd < 0 ? errno : 0);
		if (fd < 0)
			print_last_lines();
		else
			close(fd);
		putchar('\n');
		free(bytes);
	}
	return 0;
}
