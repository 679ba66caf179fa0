-- What is wide scrolls by itself where the page is narrow: by touch, or by keyboard.
local function scrolling(wide)
  local label = pandoc.utils.stringify(wide.caption.long)
  local attributes = { { "role", "group" }, { "tabindex", "0" }, { "aria-label", label } } -- pairs keep their order
  return pandoc.Div(wide, pandoc.Attr("", { "scroll" }, attributes))
end

-- A chart keeps a size at which its labels can be read.
Figure = scrolling

-- A table says what its headers head.
function Table(table)
  for _, row in ipairs(table.head.rows) do
    for _, cell in ipairs(row.cells) do
      cell.attributes.scope = "col"
    end
  end
  for _, body in ipairs(table.bodies) do
    body.row_head_columns = 1
    for _, row in ipairs(body.body) do
      row.cells[1].attributes.scope = "row"
    end
  end
  return scrolling(table)
end
