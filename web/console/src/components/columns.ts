// What a column of the table is: where its text comes from and how it is shown.
export interface Column<Row> {
  name: string
  label: string
  width?: string
  kind?: 'light' | 'link' | 'due' | 'tag' | 'number' | 'text'
  text: (row: Row) => string
  tone?: (row: Row) => string
  /** The clock behind a due time, so that it can explain itself. */
  deadline?: (row: Row) => number | null
  type?: (row: Row) => 'primary' | 'success' | 'info' | 'warning' | 'danger'
}
