/* SPDX-License-Identifier: MIT */
/*
 * landing_pads.h - for files in assembly: that they may be part of a program whose indirect calls
 * must reach a landing pad (IBT), and whose returns are checked against a shadow stack (SHSTK).
 *
 * A linker marks its output so if all objects are marked, and one object that is not takes it from
 * the whole program. Compilers mark their own with -fcf-protection; but nobody gives that to the
 * files in assembly (CFLAGS are not theirs), and it would change nothing: a landing pad is a no-op
 * elsewhere. So they are marked always.
 */
/* clang-format off */
#define LANDING_PAD endbr64

	.pushsection .note.gnu.property, "a", %note
	.p2align 3
	.long	4, 16, 5	/* of the name and the properties, the lengths; properties */
	.asciz	"GNU"
	.long	0xc0000002, 4, 3, 0	/* GNU_PROPERTY_X86_FEATURE_1_AND: IBT and SHSTK */
	.popsection
	/* clang-format on */
