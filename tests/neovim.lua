-- An editor of another make: Neovim 0.7 or later, without a window. Opens a corosync.conf, types, asks, mends.
-- Prints one JSON object a step.
-- CONFIG is what the guide says, with vim.lsp.start, which Neovim 0.7 has not.
local file, config = vim.env.FILE, vim.env.CONFIG

local function say(step, what)
  io.stdout:write(vim.fn.json_encode({ step = step, what = what }), "\n")
end

local function rules()
  local found = {}
  for _, one in ipairs(vim.diagnostic.get(0)) do
    table.insert(found, { code = one.code, source = one.source, line = one.lnum, column = one.col, message = one.message })
  end
  return found
end

local function has(code)
  for _, one in ipairs(vim.diagnostic.get(0)) do
    if one.code == code then return true end
  end
  return false
end

local function until_(holds)
  local done = vim.wait(30000, holds, 20)
  if not done then say("timeout", rules()) end
  return done
end

local id
local start = vim.lsp.start or function(settings)
  local client = vim.lsp.start_client(settings)
  vim.lsp.buf_attach_client(0, client)
  return client
end
vim.lsp.start = function(settings) id = start(settings) end
dofile(config)

vim.cmd("edit " .. vim.fn.fnameescape(file))
until_(function() return #vim.diagnostic.get(0) > 0 end)
say("opened", rules())

local line = vim.fn.search("totem")
vim.api.nvim_buf_set_lines(0, line, line, true, { "    tokn: 5000" })
until_(function() return has("corosync-unknown-key") end)
say("typed", rules())

vim.fn.cursor(line + 1, 6)
local at = vim.lsp.util.make_position_params(0, "utf-16")
local hover = vim.lsp.buf_request_sync(0, "textDocument/hover", at, 10000)
say("hover", hover[id].result.contents.value)
local completed = vim.lsp.buf_request_sync(0, "textDocument/completion", at, 10000)
say("completion", #completed[id].result)

local range = vim.lsp.util.make_range_params(0, "utf-16")
range.context = { diagnostics = {} }
local actions = vim.lsp.buf_request_sync(0, "textDocument/codeAction", range, 20000)
vim.lsp.util.apply_workspace_edit(actions[id].result[1].edit, "utf-16")
until_(function() return not has("corosync-unknown-key") end)
say("mended", { text = vim.api.nvim_buf_get_lines(0, line, line + 1, true)[1], rules = rules() })

vim.lsp.stop_client(id)
say("stopped", vim.wait(20000, function() return vim.lsp.client_is_stopped(id) end, 20))
vim.cmd("qall!")
