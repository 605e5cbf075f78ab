-- SPDX-License-Identifier: MIT
-- page.lua - what becomes of a page of Markdown in HTML: links to other pages are links to what is made of them, names
-- of calls and headers lead to their manual pages, tables that are too wide scroll by themselves, and the page's
-- sections are a list. Run by html.sh, with pandoc.
--
-- Variables of the metadata: page (its path in the source), contents (the menu, a file), and names (a file: what has a
-- page, and the page's address).

local page, names, titles, failed = nil, {}, {}, false

local function fail(text)
	io.stderr:write(page .. ": " .. text .. "\n")
	failed = true
end

local function folder_of(path)
	return path:match("^(.*/)[^/]*$") or ""
end

-- PATH, as a page in FOLDER says it, from the source's root.
local function from_root(folder, path)
	path = folder .. path
	while path:match("[^/.]+/%.%./") do
		path = path:gsub("[^/.]+/%.%./", "", 1)
	end
	return (path:gsub("^%./", ""))
end

local function target_of(target)
	if target:match("^%a+:") or target:match("^#") then
		return target
	end
	local path, anchor = target:match("^([^#]*)(#?.*)$")
	path = from_root(folder_of(page), path)
	if not names[path] then
		fail(target .. " is no page")
		return target
	end
	return names[path] .. anchor
end

-- A link that is called by its file's name is called by its title.
local function link_of(element)
	local path = from_root(folder_of(page), element.target)
	if titles[path] and pandoc.utils.stringify(element.content) == element.target then
		element.content = { pandoc.Str(titles[path]) }
	end
	element.target = target_of(element.target)
	return element, false
end

-- `alloc_percpu()`, `percpu/ops.h`, `examples/counters.c`
local function code_of(element)
	local address = names[element.text] or names[element.text:match("^([%w_]+)%(%)$") or ""]
	-- what has no blank in it is not broken at its hyphens
	if #element.text <= 30 and not element.text:match("%s") then
		element.classes = { "word" }
	end
	if address then
		return pandoc.Link({ element }, address, "", { class = "name-of" }), false
	end
	return element
end

-- docs/plots/x.svg is plots/x.svg there
local function image_of(element)
	if not element.src:match("^%a+:") then
		element.src = from_root(folder_of(page), element.src):gsub("^docs/", "")
	end
	return element
end

local commands = { cc = true, cmake = true, sh = true, sudo = true, ctest = true, bpftrace = true, perf = true,
	valgrind = true, awk = true }

-- What the text does not say is in the shell's language, if it begins with one of its words.
local function block_of(element)
	local word = element.text:match("^%$? ?([^ \n]+)")
	if element.classes[1] == "console" or #element.classes == 0 and word and
	   (commands[word] or word:match("^%.?[%w]*/[%w/_]+%.?s?h?$") and element.text:match("^[%.bt]")) then
		element.classes = { "bash" }
	end
	return element
end

local function table_of(element)
	for i, spec in ipairs(element.colspecs) do
		element.colspecs[i] = { spec[1], nil }
	end
	return pandoc.Div({ element }, { class = "table", tabindex = "0", role = "region", ["aria-label"] = "Table" })
end

local function text_of(inlines)
	return (pandoc.utils.stringify(inlines):gsub("[&<>]", { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }))
end

-- The headings of levels 2 and 3, as lists.
local function sections_of(blocks)
	local out, level = {}, 1
	for _, block in ipairs(blocks) do
		if block.t == "Header" and block.level >= 2 and block.level <= 3 then
			local wanted = math.min(block.level, level + 1)
			while level < wanted do
				out[#out + 1] = "<ul>"
				level = level + 1
			end
			while level > wanted do
				out[#out + 1] = "</ul>"
				level = level - 1
			end
			out[#out + 1] = ('<li><a href="#%s">%s</a></li>'):format(block.identifier, text_of(block.content))
		end
	end
	return table.concat(out, "\n") .. ("</ul>"):rep(level - 1)
end

local function heading_of(element)
	if element.level > 1 then
		element.content:insert(pandoc.Link({ pandoc.Str("#") }, "#" .. element.identifier, "",
			{ class = "self", ["aria-label"] = "This section" }))
	end
	return element
end

function Pandoc(document)
	page = pandoc.utils.stringify(document.meta.page)
	for line in io.lines(pandoc.utils.stringify(document.meta.names)) do
		local name, address = line:match("^(%S+) (%S+)$")
		names[name] = address
	end
	for line in io.lines(pandoc.utils.stringify(document.meta.contents)) do
		local path, title = line:match("^\t(%S+)\t(.+)$")
		if path then
			titles[path] = title
		end
	end
	if page == "examples" then
		-- a heading is a file's name there, and so is what links lead to
		document.blocks = document.blocks:walk({ Header = function(element)
			element.identifier = pandoc.utils.stringify(element.content):gsub("/", "-")
			return element
		end })
	end
	local sections = sections_of(document.blocks)
	local title
	document.blocks:walk({ Header = function(element)
		title = title or element.level == 1 and pandoc.utils.stringify(element.content)
	end })
	document.blocks = document.blocks:walk({
		traverse = "topdown", Link = link_of, Code = code_of, Image = image_of, CodeBlock = block_of,
	}):walk({ Header = heading_of, Table = table_of })
	document.meta.sections = pandoc.RawInline("html", sections)
	document.meta.pagetitle = pandoc.Str((title or page) .. (title == "libpercpu" and "" or " - libpercpu"))
	if failed then
		os.exit(1)
	end
	return document
end
