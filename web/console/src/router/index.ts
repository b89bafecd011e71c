// Addresses of the console; the server's answer to auth/me names the first page and the menu.
import { createRouter, createWebHistory, type Router } from 'vue-router'
import { useSession } from '@/stores/session'
import { pageOf } from './menu'

const lost = () => import('@/components/LostPage.vue')

export function createConsoleRouter(): Router {
  const router = createRouter({
    history: createWebHistory('/console/'),
    routes: [
      { path: '/login', name: 'login', component: () => import('@/features/login/LoginPage.vue') },
      {
        path: '/',
        component: () => import('@/components/AppLayout.vue'),
        children: [
          { path: '', name: 'home', component: lost, beforeEnter: () => pageOf(useSession().me?.home ?? '') },
          { path: 'desk', name: 'desk', component: () => import('@/features/desk/DeskPage.vue') },
          { path: 'lists/:list', name: 'list', component: () => import('@/features/lists/ListPage.vue') },
          { path: 'cases/:caseId(\\d+)', name: 'case', component: () => import('@/features/cases/CasePage.vue') },
          { path: 'calls', name: 'calls', component: () => import('@/features/calls/CallsPage.vue') },
          { path: 'call-backs', name: 'call_backs', component: () => import('@/features/calls/CallBacksPage.vue') },
          { path: 'board', name: 'board', component: () => import('@/features/board/BoardPage.vue') },
          { path: 'reports/calls', name: 'call_report', component: () => import('@/features/reports/CallReportPage.vue') },
          { path: 'reports/units', name: 'unit_report', component: () => import('@/features/reports/UnitReportPage.vue') },
          { path: 'reports/staffing', name: 'staffing', component: () => import('@/features/reports/StaffingPage.vue') },
          { path: 'unit', name: 'unit', component: () => import('@/features/unit/UnitPage.vue') },
          { path: 'unit/figures', name: 'unit_figures', component: () => import('@/features/unit/FiguresPage.vue') },
          { path: 'supervision', name: 'supervision', component: () => import('@/features/supervision/SupervisionPage.vue') },
          { path: 'hotspots', name: 'hotspots', component: () => import('@/features/hotspots/HotspotsPage.vue') },
          { path: 'models', name: 'models', component: () => import('@/features/models/ModelsPage.vue') },
          { path: 'routing-proposals', name: 'proposals', component: () => import('@/features/limits/ProposalsPage.vue') },
          { path: 'calendar', name: 'calendar', component: () => import('@/features/calendar/CalendarPage.vue') },
          { path: 'limits', name: 'limits', component: () => import('@/features/limits/LimitsPage.vue') },
          { path: 'sights', name: 'sights', component: () => import('@/features/audit/SightsPage.vue') },
          { path: 'knowledge', name: 'knowledge', component: () => import('@/features/knowledge/KnowledgePage.vue') },
          { path: 'exports', name: 'exports', component: () => import('@/features/exports/ExportsPage.vue') },
          { path: 'account', name: 'account', component: () => import('@/features/account/AccountPage.vue') },
          { path: 'users', name: 'users', component: () => import('@/features/admin/UsersPage.vue') },
          { path: ':rest(.*)*', name: 'lost', component: lost },
        ],
      },
    ],
  })
  router.beforeEach((to) => {
    const session = useSession()
    if (to.name !== 'login' && !session.me) return { name: 'login', query: { next: to.fullPath } }
    if (session.me?.must_bind && to.name !== 'account') return { name: 'account' }
    if (to.name === 'login' && session.me) return { name: 'home' }
    return true
  })
  return router
}
