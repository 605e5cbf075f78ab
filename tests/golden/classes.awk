# SPDX-License-Identifier: MIT
# classes.awk - from objdump's disassembly to one line an instruction: its class, its address, and the
# instruction itself. Variables: function_name; or from, an address: up to the next jump that has no
# condition.
#
#	lea	an address computed		shift	a shift
#	load	memory to register		test	a comparison
#	store	register or constant to memory	branch	a jump of any kind
#	move	register or constant to register	ret, call
#	rmw	memory changed in place		lock	anything with a lock prefix
#	alu	other arithmetic in registers	other	what is none of these
#	push, pop	the stack
#
# A pinned thread's accesses, through GS and with 32-bit addresses, are pinned_load, pinned_store and
# pinned_rmw. Any other access through GS is stray: it would go past the copies.
#
# Padding is left out, and so is endbr64, which is there or not as the distribution likes.

function in_memory(operand)
{
	return operand ~ /\(/ || operand ~ /^%[fg]s:/
}

# The operand after the last comma that is outside of parentheses.
function last_operand(operands,	depth, i, c, start)
{
	depth = 0
	start = 1
	for (i = 1; i <= length(operands); i++) {
		c = substr(operands, i, 1)
		if (c == "(") depth++
		if (c == ")") depth--
		if (c == "," && depth == 0) start = i + 1
	}
	return substr(operands, start)
}

# Whether an address is of 32 bits: by its registers, or where it has none, by the prefix.
function is_narrow(operands)
{
	return operands ~ /\([^)]*%(e[a-z][a-z]|r[0-9]+d)/ || narrow
}

function class_of(name, operands,	to, class)
{
	class = plain_class(name, operands)
	if (operands !~ /%gs:/) return class
	if (is_narrow(operands) && class ~ /^(load|store|rmw)$/) return "pinned_" class
	return "stray"
}

function plain_class(name, operands,	to)
{
	to = last_operand(operands)
	if (name ~ /^lea/) return "lea"
	if (name ~ /^ret/) return "ret"
	if (name ~ /^call/) return "call"
	if (name ~ /^j/) return "branch"
	if (name ~ /^(push|pop)/) return substr(name, 1, name ~ /^push/ ? 4 : 3)
	if (name ~ /^(test|cmp|bt)[bwlq]?$/) return "test"
	if (name ~ /^xchg/ && in_memory(operands)) return "lock"
	if (name ~ /^c?mov/) {
		if (in_memory(to)) return "store"
		return in_memory(operands) ? "load" : "move"
	}
	if (name ~ /^(sh|sa)[lr]/) return in_memory(to) ? "rmw" : "shift"
	if (name ~ /^(add|sub|inc|dec|and|or|xor|neg|not|adc|sbb|xadd|cmpxchg|bt[rsc])/)
		return in_memory(to) ? "rmw" : "alu"
	return "other"
}

/^[0-9a-f]+ <.*>:$/ {
	if (from == "") inside = $2 == "<" function_name ">:"
	next
}
from != "" && $1 == from ":" { inside = 1 }
!inside || NF < 2 || $1 !~ /^[0-9a-f]+:$/ { next }
{
	address = $1
	sub(/:$/, "", address)
	line = $0
	sub(/^ *[0-9a-f]+:[ \t]*/, "", line)
	sub(/[ \t]*#.*$/, "", line)
	text = line
	locked = sub(/^lock /, "", line)
	narrow = line ~ /^([a-z0-9]+ )*addr32 /
	while (sub(/^(data16|addr32|cs|ds|notrack|bnd) /, "", line)) ;
	name = line
	sub(/[ \t].*$/, "", name)
	operands = line
	if (!sub(/^[^ \t]+[ \t]+/, "", operands)) operands = ""
	if (name ~ /^(nop|endbr64|int3)/ || (name == "xchg" && operands == "%ax,%ax")) next
	print (locked ? "lock" : class_of(name, operands)) "\t" address "\t" text
	if (from != "" && name ~ /^jmp/) exit
}
