# SPDX-License-Identifier: MIT
# How a program of bench/ is compiled. -O2 in every build type: unoptimised loops would measure the
# compiler's spills.
function(percpu_bench_target target)
	set_target_properties(${target} PROPERTIES C_STANDARD 11 C_EXTENSIONS ON)
	target_compile_definitions(${target} PRIVATE _GNU_SOURCE)
	target_compile_options(${target} PRIVATE -O2)
	if(TARGET percpu_flags)
		target_link_libraries(${target} PRIVATE percpu_flags)
	endif()
endfunction()
