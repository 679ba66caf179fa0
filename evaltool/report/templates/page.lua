-- A table says what its headers head, and scrolls by itself where the page is narrow: by touch, or by keyboard.
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
  local label = pandoc.utils.stringify(table.caption.long)
  return pandoc.Div(table, { class = "scroll", role = "group", tabindex = "0", ["aria-label"] = label })
end
