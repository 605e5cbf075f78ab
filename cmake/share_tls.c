/* SPDX-License-Identifier: MIT */
/*
 * share_tls.c - makes the thread-local variable of a relocatable object common to all threads, so
 * that the object needs no thread-local storage. For x86-64; a tool of the build, see
 * PrivateJemalloc.cmake.
 *
 * Usage: share_tls OBJECT OFFSET. OBJECT is changed in place. It must have one thread-local
 *variable, accessed in the initial-exec form only, and refer to the symbol OFFSET.
 *
 * The code of that form reads the variable's offset from the thread pointer and adds it to %fs:
 *
 *	mov variable@gottpoff(%rip), %rax	// or add
 *	mov %fs:(%rax), %rdx
 *
 * where @gottpoff is an entry of the global offset table, the same for all threads. Here the first
 * instruction is made to read an 8-byte variable instead, which another object defines as hidden:
 *
 *	mov OFFSET(%rip), %rax
 *
 * and the initial image of thread-local storage becomes ordinary data, the one place of the
 * variable. Whoever calls the object's code sets OFFSET first, to that place less the thread
 * pointer, and lets no other thread in until the call has returned.
 *
 * What is not understood is an error, and then OBJECT is left alone.
 */
#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the structures of the object are read as they are"
#endif

/* Later than some <elf.h>. */
#ifndef R_X86_64_GOTPCRELX
#define R_X86_64_GOTPCRELX 41
#define R_X86_64_REX_GOTPCRELX 42
#endif

static const char *path;

/* The object, and what of it is used. Tables are known to lie inside it, and to be aligned. */
static unsigned char *image;
static size_t image_size;
static Elf64_Shdr *sections;
static size_t nr_sections;
static Elf64_Sym *symbols;
static size_t nr_symbols;
static const char *names; /* of symbols; the last byte is zero */
static size_t names_size;
static Elf64_Shdr *symbols_section, *names_section;

static Elf64_Sym *variable;
static size_t variable_index;

static void __attribute__((__format__(__printf__, 1, 2), __noreturn__)) die(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "share_tls: %s: ", path);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

/* --- the file --- */

static void read_object(void)
{
	FILE *file = fopen(path, "rb");
	long size;

	if (!file || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0)
		die("cannot be read: %s", strerror(errno));
	rewind(file);
	image_size = (size_t)size;
	image = malloc(image_size + 1);
	if (!image)
		die("no memory");
	if (fread(image, 1, image_size, file) != image_size)
		die("cannot be read to its end");
	fclose(file);
}

static void __attribute__((__noreturn__)) give_up_writing(void)
{
	const int err = errno;

	remove(path);
	die("could not be written: %s", strerror(err));
}

static void put(FILE *file, const void *bytes, size_t size)
{
	if (fwrite(bytes, 1, size, file) != size)
		give_up_writing();
}

/* --- its tables --- */

/* The @size bytes at @offset of the file, which must be aligned for all of ELF's structures. */
static void *part(uint64_t offset, uint64_t size, const char *what)
{
	if (offset > image_size || size > image_size - offset || offset % sizeof(uint64_t) != 0)
		die("%s: not in the file, or not aligned", what);
	return image + offset;
}

static void *table(const Elf64_Shdr *section, size_t entry, const char *what)
{
	if (section->sh_entsize != entry || section->sh_size % entry != 0)
		die("%s: not of entries of %zu bytes", what, entry);
	return part(section->sh_offset, section->sh_size, what);
}

static void find_sections(void)
{
	const Elf64_Ehdr *header = part(0, sizeof(*header), "the header");

	if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
	    header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB ||
	    header->e_type != ET_REL || header->e_machine != EM_X86_64)
		die("not a relocatable object for x86-64");
	/* no sections in the header's count: too many for it */
	if (header->e_shnum == 0 || header->e_shentsize != sizeof(Elf64_Shdr))
		die("no table of sections that is understood");
	nr_sections = header->e_shnum;
	sections = part(header->e_shoff, nr_sections * sizeof(*sections), "the table of sections");
}

static void find_symbols(void)
{
	for (size_t i = 0; i < nr_sections; i++) {
		if (sections[i].sh_type == SHT_SYMTAB_SHNDX)
			die("symbols in a form that is not understood");
		if (sections[i].sh_type == SHT_SYMTAB)
			symbols_section = &sections[i];
	}
	if (!symbols_section || symbols_section->sh_link >= nr_sections)
		die("no symbols");
	symbols = table(symbols_section, sizeof(*symbols), "the table of symbols");
	nr_symbols = symbols_section->sh_size / sizeof(*symbols);
	names_section = &sections[symbols_section->sh_link];
	names_size = names_section->sh_size;
	if (names_section->sh_offset > image_size || names_size == 0 ||
	    names_size > image_size - names_section->sh_offset)
		die("the names of symbols: not in the file");
	names = (const char *)image + names_section->sh_offset;
	if (names[names_size - 1] != '\0')
		die("the names of symbols: no end");
}

static const char *name_of(const Elf64_Sym *symbol)
{
	if (symbol->st_name >= names_size)
		die("a symbol has no name");
	return names + symbol->st_name;
}

/* --- what is to be changed --- */

static void refuse_symbol(const char *name)
{
	for (size_t i = 1; i < nr_symbols; i++)
		if (strcmp(name_of(&symbols[i]), name) == 0)
			die("has a symbol %s already", name);
}

static bool is_tls_section(size_t index)
{
	return index < nr_sections && (sections[index].sh_flags & SHF_TLS) != 0;
}

static void find_variable(void)
{
	for (size_t i = 1; i < nr_symbols; i++) {
		Elf64_Sym *symbol = &symbols[i];

		if (ELF64_ST_TYPE(symbol->st_info) != STT_TLS)
			continue;
		if (!is_tls_section(symbol->st_shndx))
			die("the thread-local variable %s is not defined here", name_of(symbol));
		if (variable)
			die("two thread-local variables: %s and %s", name_of(variable),
			    name_of(symbol));
		variable = symbol;
		variable_index = i;
	}
	if (!variable)
		die("no thread-local variable");
}

/*
 * Whether relocations of @type have nothing to do with thread-local storage. A list of those that
 * are known, so that what comes later is refused.
 */
static bool is_ordinary(unsigned int type)
{
	switch (type) {
	case R_X86_64_NONE:
	case R_X86_64_64:
	case R_X86_64_PC32:
	case R_X86_64_GOT32:
	case R_X86_64_PLT32:
	case R_X86_64_GOTPCREL:
	case R_X86_64_32:
	case R_X86_64_32S:
	case R_X86_64_16:
	case R_X86_64_PC16:
	case R_X86_64_8:
	case R_X86_64_PC8:
	case R_X86_64_PC64:
	case R_X86_64_GOTOFF64:
	case R_X86_64_GOTPC32:
	case R_X86_64_SIZE32:
	case R_X86_64_SIZE64:
	case R_X86_64_GOTPCRELX:
	case R_X86_64_REX_GOTPCRELX:
		return true;
	default:
		return false;
	}
}

/* mov or add of 8 bytes at a place relative to %rip, to a register. */
static bool is_read_of_offset(const unsigned char *displacement)
{
	const unsigned char rex = displacement[-3], opcode = displacement[-2],
			    modrm = displacement[-1];

	return (rex == 0x48 || rex == 0x4c) && (opcode == 0x8b || opcode == 0x03) &&
	       (modrm & 0xc7) == 0x05;
}

static void share_access(const Elf64_Shdr *target, Elf64_Rela *rela)
{
	if (ELF64_R_SYM(rela->r_info) != variable_index || rela->r_addend != -4)
		die("%#llx: not an access to %s", (unsigned long long)rela->r_offset,
		    name_of(variable));
	if (target->sh_type != SHT_PROGBITS || target->sh_offset > image_size ||
	    target->sh_size > image_size - target->sh_offset || target->sh_size < 4 ||
	    rela->r_offset < 3 || rela->r_offset > target->sh_size - 4 ||
	    !is_read_of_offset(image + target->sh_offset + rela->r_offset))
		die("%#llx: neither mov nor add", (unsigned long long)rela->r_offset);
	/* the first index behind the symbols will be that of OFFSET */
	rela->r_info = ELF64_R_INFO(nr_symbols, R_X86_64_PC32);
}

/* Whether @rela is against the variable, or against the place of thread-local storage. */
static bool refers_to_tls(const Elf64_Rela *rela)
{
	const size_t index = ELF64_R_SYM(rela->r_info);

	if (index >= nr_symbols)
		die("a relocation without a symbol");
	return index == variable_index || is_tls_section(symbols[index].st_shndx);
}

static size_t share_accesses_of(const Elf64_Shdr *section)
{
	Elf64_Rela *relas = table(section, sizeof(*relas), "a table of relocations");
	size_t nr = section->sh_size / sizeof(*relas), shared = 0;

	if (section->sh_info >= nr_sections)
		die("relocations of nothing");
	for (size_t i = 0; i < nr; i++) {
		const unsigned int type = ELF64_R_TYPE(relas[i].r_info);

		if (type == R_X86_64_GOTTPOFF) {
			share_access(&sections[section->sh_info], &relas[i]);
			shared++;
		} else if (!is_ordinary(type) || refers_to_tls(&relas[i])) {
			die("%#llx: relocation of type %u, which cannot be changed",
			    (unsigned long long)relas[i].r_offset, type);
		}
	}
	return shared;
}

static void share_accesses(void)
{
	size_t shared = 0;

	for (size_t i = 0; i < nr_sections; i++) {
		if (sections[i].sh_type == SHT_REL)
			die("relocations without addends");
		if (sections[i].sh_type == SHT_RELA)
			shared += share_accesses_of(&sections[i]);
	}
	if (shared == 0)
		die("no access to %s", name_of(variable));
}

static void make_ordinary_data(void)
{
	variable->st_info = ELF64_ST_INFO(ELF64_ST_BIND(variable->st_info), STT_OBJECT);
	for (size_t i = 0; i < nr_sections; i++)
		sections[i].sh_flags &= ~(uint64_t)SHF_TLS;
}

/*
 * Writes the object, then behind it the symbols and their names once more with one more, to which
 * the headers lead from now on. Global symbols are the last ones of a table.
 */
static void write_with_symbol(const char *name)
{
	const size_t name_size = strlen(name) + 1;
	const size_t padding = -image_size % sizeof(uint64_t);
	const Elf64_Sym symbol = {
		.st_name = (Elf64_Word)names_size,
		.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE),
		.st_other = STV_HIDDEN,
		.st_shndx = SHN_UNDEF,
	};
	FILE *file = fopen(path, "wb");

	if (!file)
		die("cannot be written: %s", strerror(errno));
	symbols_section->sh_offset = image_size + padding;
	symbols_section->sh_size = (nr_symbols + 1) * sizeof(symbol);
	names_section->sh_offset = symbols_section->sh_offset + symbols_section->sh_size;
	names_section->sh_size = names_size + name_size;
	put(file, image, image_size);
	put(file, (const char[sizeof(uint64_t)]){0}, padding);
	put(file, symbols, nr_symbols * sizeof(symbol));
	put(file, &symbol, sizeof(symbol));
	put(file, names, names_size);
	put(file, name, name_size);
	if (fclose(file) != 0)
		give_up_writing();
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: share_tls OBJECT OFFSET\n");
		return 2;
	}
	path = argv[1];
	read_object();
	find_sections();
	find_symbols();
	find_variable();
	refuse_symbol(argv[2]);
	share_accesses();
	make_ordinary_data();
	write_with_symbol(argv[2]);
	return 0;
}
