import { describe, expect, it } from 'vitest'
import { explainFigure, toneOf, valueText, withThreshold, type Formula } from './figures'

const formula: Formula = {
  name: 'answer_rate', label: '接通率', text: '接通量 ÷ 呼入量', measure: 'rate', better: 'high', target: '≥ 95%', variant: null, source: '§5', note: null, whole_is_time: false,
}

describe('a figure', () => {
  it('reads by its measure', () => {
    expect(valueText(0.9535, 'rate')).toBe('95.4%')
    expect(valueText(12.34, 'seconds')).toBe('12.3 秒')
    expect(valueText(150, 'seconds')).toBe('2:30')
    expect(valueText(1234, 'count')).toBe('1,234')
    expect(valueText(null, 'rate')).toBe('—')
  })

  it('explains itself with the numbers of its row', () => {
    expect(explainFigure(formula, { value: 0.5, part: 1, whole: 2 })).toBe('接通率 = 接通量 ÷ 呼入量\n参考值 ≥ 95%\n本行：1 ÷ 2')
    expect(explainFigure(formula, { value: null, part: 0, whole: 0 })).toContain('分母为 0')
    expect(explainFigure(formula, { value: null, part: null, whole: null })).toContain('不统计')
  })

  it('names its threshold', () => {
    const level = { ...formula, label: 'T 秒接通率', text: 'T 内接通量 ÷ （接通量 + 超过 T 后放弃量）', variant: '口径二：T 内接通 ÷ 接通' }
    const named = withThreshold(level, '20')
    expect([named.label, named.text, named.variant]).toEqual([
      '20 秒接通率', '20 秒内接通量 ÷ （接通量 + 超过 20 秒后放弃量）', '口径二：20 秒内接通 ÷ 接通',
    ])
  })

  it('is green or red by its target only', () => {
    expect(toneOf(formula, 0.96)).toBe('green')
    expect(toneOf(formula, 0.5)).toBe('red')
    expect(toneOf({ ...formula, target: '60–85%' }, 0.5)).toBe('')
    expect(toneOf(formula, null)).toBe('')
  })
})
